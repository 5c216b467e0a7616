import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { clientStream, type ClientEvent } from '../../src/client/client.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import type { Condition, Rule } from '../../src/segment/rule.js';
import {
  segmentClients,
  type SegmentClientRow,
} from '../../projections/segment-membership/life/segment-client.js';
import { EventLog } from './recorded-events.js';
import { livedTogether, pooledLives, type PooledLives } from './pooled-lives.js';

const START = '2023-01-01T00:00:00.000Z';
/** Half days of a year and a half, so that facts share instants, and days, and thresholds are met exactly. */
export const halfDays = fc.integer({ min: 0, max: 1_080 }).map((half) => plusDays(START, half / 2));

interface Extra {
  readonly what: (typeof EXTRAS)[number];
  readonly at: Instant;
  readonly who: number;
  readonly which: number;
  readonly number: number;
}
const EXTRAS = ['details', 'owner', 'consent', 'answer', 'serve', 'enrol', 'rename', 'end'] as const;
const MONEY = ['invoice', 'overdue', 'pay', 'reopen'] as const;

export interface SegmentLives {
  readonly pooled: PooledLives;
  readonly extras: readonly Extra[];
}

/** Lives of a few clients, merged and unmerged, with something of everything that rules can speak of. */
export const segmentLives: fc.Arbitrary<SegmentLives> = fc.record({
  pooled: pooledLives(halfDays),
  extras: fc.array(
    fc.record<Extra>({
      what: fc.constantFrom(...EXTRAS, ...MONEY) as fc.Arbitrary<Extra['what']>,
      at: halfDays,
      who: fc.nat(3),
      which: fc.nat(2),
      number: fc.integer({ min: 1, max: 5 }),
    }),
    { maxLength: 25 },
  ),
});

/** @returns the rows that the lives come to, what the deciders let happen first, and then the rest */
export function segmentRows({ pooled, extras }: SegmentLives): SegmentClientRow[] {
  const { facts, states } = livedTogether(pooled);
  const ids = [...states.keys()];
  const log = new EventLog<ClientEvent>();
  log.events.push(...facts);
  for (const extra of extras) tell(log, ids[extra.who % ids.length] as string, extra);
  return rowsOf(log.events);
}

/** @returns the rows of all clients after these events */
export function rowsOf(events: readonly RecordedEvent<ClientEvent>[]): SegmentClientRow[] {
  const rows = new Map<string, SegmentClientRow | null>();
  type Evolve = (row: SegmentClientRow | null, event: RecordedEvent<ClientEvent>) => SegmentClientRow;
  const handlers = segmentClients.evolve as unknown as Record<string, Evolve | undefined>;
  for (const one of events) {
    const evolve = handlers[one.event.type];
    if (evolve) rows.set(one.stream, evolve(rows.get(one.stream) ?? null, one));
  }
  return [...rows.values()].filter((row) => row !== null);
}

function tell(log: EventLog<ClientEvent>, clientId: string, { what, at, which, number }: Extra): void {
  const stream = clientStream(clientId);
  const id = (of: string) => uuidv5(`${of}/${which}`, clientId);
  const record = <Type extends ClientEvent['type']>(
    type: Type,
    data: Extract<ClientEvent, { type: Type }>['data'],
  ) => log.record(stream, type, data as never, { at });
  const channel = which === 0 ? 'email' : 'sms';
  const kind = number > 3 ? 'any' : number > 2 ? 'support' : 'rebooking';
  switch (what as (typeof EXTRAS)[number] | (typeof MONEY)[number]) {
    case 'details':
      return void record(
        'ClientDetailsChanged',
        which === 0 ? { trade: 'salon', source: 'Referral' } : { clientType: 'commercial', source: 'web' },
      );
    case 'owner':
      return void record('OwnerAssigned', { owner: which === 0 ? 'kim' : 'Lee' });
    case 'consent':
      return void record('CommunicationPreferenceChanged', { channel, kind, granted: number % 2 === 0 });
    case 'answer': {
      const feedbackId = uuidv5(`${at}/${which}/${number}`, clientId);
      const instrument = (['stars', 'csat', 'nps'] as const)[which] ?? 'nps';
      const of = number > 3 ? { serviceId: id('served') } : {};
      return void record('FeedbackReceived', { feedbackId, instrument, score: number, ...of });
    }
    case 'serve': {
      const has = log.events.some(
        ({ event }) => event.type === 'ClientServiced' && event.data.serviceId === id('served'),
      );
      const more = { technicians: number > 2 ? ['kim', 'lee'] : ['lee'], rating: number };
      const data = { serviceId: id('served'), serviceType: number > 3 ? 'Cut' : 'colour', ...more };
      if (!has) record('ClientServiced', { ...data, amountMinor: 100 * number, currency: 'EUR' });
      return;
    }
    case 'enrol':
      return void record('PlanEnrolled', {
        planId: id('plan'),
        intervalDays: 14,
        ...(number > 1 ? { name: number > 3 ? 'gold' : 'Silver' } : {}),
      });
    case 'rename':
      return void record('PlanChanged', { planId: id('plan'), name: number > 3 ? 'gold' : 'bronze' });
    case 'end':
      return void record('PlanEnded', { planId: id('plan') });
    case 'invoice': {
      const due = number > 2 ? { dueOn: plusDays(at, number).slice(0, 10) } : {};
      const data = { invoiceId: id('invoice'), amountMinor: 100, currency: 'EUR', ...due };
      return void record('InvoiceIssued', data);
    }
    case 'overdue':
      return void record('InvoiceOverdue', { invoiceId: id('invoice') });
    case 'pay': {
      const amountMinor = number > 3 ? 100 : 50;
      return void record('InvoicePaid', { invoiceId: id('invoice'), amountMinor, currency: 'EUR' });
    }
    case 'reopen':
      return void record('ClientComplained', { complaintId: uuidv5(`complaint ${which}`, clientId) });
  }
}

const within = fc.option(fc.constantFrom(1, 2, 30, 90), { nil: undefined });
const numbers = (fact: Condition['fact'], most: number, more: object = {}): fc.Arbitrary<Condition> =>
  fc
    .record({
      op: fc.constantFrom('eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'between', 'exists'),
      one: fc.nat(most),
      other: fc.nat(most),
      within,
    })
    .map(({ op, one, other, within: withinDays }) => {
      const value =
        op === 'exists' ? one % 2 === 0 : op === 'between' ? [one, other].sort((a, b) => a - b) : one;
      const windowed = WINDOWED.has(fact) && withinDays !== undefined ? { withinDays } : {};
      return { fact, op, value, ...windowed, ...more };
    });
const WINDOWED = new Set<string>([
  ...['services', 'visits', 'complaints', 'averageStars', 'averageCsat', 'averageNps', 'revenueMinor'],
]);

const names = (fact: Condition['fact'], choices: string[], ops: string[], more: object = {}) =>
  fc
    .record({
      op: fc.constantFrom(...ops),
      values: fc.subarray(choices, { minLength: 1 }),
      there: fc.boolean(),
      within,
    })
    .map(({ op, values, there, within: withinDays }): Condition => {
      const value = op === 'exists' ? there : op === 'in' ? values : (values[0] as string);
      const windowed =
        ['serviceTypes', 'technicians'].includes(fact) && withinDays !== undefined ? { withinDays } : {};
      return { fact, op, value, ...windowed, ...more } as Condition;
    });

const ANY = ['eq', 'ne', 'in', 'exists'];
const LISTS = ['in', 'exists'];
const euro = { currency: 'EUR' };

/** Conditions on every fact of the catalogue, with values that those lives come to. */
export const tellingConditions: { readonly [Fact in Condition['fact']]: fc.Arbitrary<Condition> } = {
  state: names('state', ['new', 'active', 'lapsed', 'reactivated', 'closed'], ['eq', 'ne', 'in']),
  clientType: names('clientType', ['residential', 'commercial'], ANY),
  trade: names('trade', ['salon', 'hvac'], ANY),
  source: names('source', ['referral', 'Web'], ANY),
  owner: names('owner', ['Kim', 'lee'], ANY),
  tags: names('tags', ['vip', 'late'], LISTS),
  convertedOn: fc
    .record({ op: fc.constantFrom('eq', 'ne', 'lt', 'gte'), at: halfDays })
    .map(({ op, at }) => ({ fact: 'convertedOn', op, value: at.slice(0, 10) })),
  daysSinceConversion: numbers('daysSinceConversion', 200),
  services: numbers('services', 5),
  visits: numbers('visits', 5),
  serviceTypes: names('serviceTypes', ['cut', 'COLOUR'], LISTS),
  technicians: names('technicians', ['Kim', 'lee'], LISTS),
  daysSinceLastService: numbers('daysSinceLastService', 120),
  usualGapDays: numbers('usualGapDays', 60),
  lifetimeValueMinor: numbers('lifetimeValueMinor', 300, euro),
  revenueMinor: numbers('revenueMinor', 300, { ...euro, withinDays: 30 }),
  lastStars: numbers('lastStars', 5),
  averageStars: numbers('averageStars', 5),
  lastCsat: numbers('lastCsat', 5),
  averageCsat: numbers('averageCsat', 5),
  lastNps: numbers('lastNps', 5),
  averageNps: numbers('averageNps', 5),
  complaints: numbers('complaints', 3),
  openComplaints: numbers('openComplaints', 2),
  onPlan: fc.boolean().map((value) => ({ fact: 'onPlan', op: 'eq', value })),
  plans: names('plans', ['gold', 'silver'], LISTS),
  invoices: names('invoices', ['open', 'overdue', 'paid'], LISTS),
  consent: names('consent', ['granted', 'withdrawn'], ANY, { channel: 'email', kind: 'rebooking' }),
  rfmRecency: numbers('rfmRecency', 5),
  rfmFrequency: numbers('rfmFrequency', 5),
  rfmMonetary: numbers('rfmMonetary', 5, euro),
  rfmSegment: names('rfmSegment', ['champions', 'lost', 'at_risk', 'needs_attention'], ANY, euro),
};

/** Rules of conditions on facts of the lives, some levels deep. */
export const tellingRules = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.oneof(...Object.values(tellingConditions)) as fc.Arbitrary<Rule>,
    fc.record({ and: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('rule') }),
  ),
})).rule;
