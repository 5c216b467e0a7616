import type { JoinRule, Row, SumRule } from '../../src/projecting/projection.js';
import type { ServiceMark } from '../../src/client/lifecycle/lifecycle.marks.js';
import { wholeDaysBetween, type Instant } from '../../src/schema/instant.js';
import { clientCard, type ClientCardRow } from '../client-record/client-card.js';
import { clientRecord, type ClientRecordRow } from '../client-record/client-record.js';
import { approachableFrom, opportunitiesOf, type OpportunityKind, type Reason } from './opportunity.js';

type OfClient<R extends Row> = JoinRule<ClientRecordRow, ClientCardRow, R>;
const from = [clientRecord.name, clientCard.name] as const;

/** What the lists of opportunities are ordered by, who brought the most first, and what else they can be limited to. */
type Ranked = {
  /** what its services came to in the currency in which that is most, negative: minor units of two currencies stand side by side */
  rank: bigint;
  currency: string | null;
  trade: string | null;
  owner: string | null;
};
const RANKED = { rank: 'bigint', currency: 'text?', trade: 'text?', owner: 'text?' } as const;

export type OpportunityRow = Ranked & {
  kind: OpportunityKind;
  client_id: string;
  /** tells several of a kind apart */
  subject: string;
  from_at: Instant;
  reason: Reason;
};

export const opportunities: OfClient<OpportunityRow> = {
  shape: 'join',
  table: {
    name: 'opportunity',
    columns: {
      kind: 'text',
      client_id: 'uuid',
      subject: 'text',
      from_at: 'timestamptz',
      reason: 'jsonb',
      ...RANKED,
    },
    key: ['kind', 'rank', 'client_id', 'subject'],
    // Few have an owner, and who asks is one.
    indexes: [['owner', 'kind', 'rank', 'client_id']],
  },
  from,
  rows: (record, card) =>
    opportunitiesOf(record, card).map(({ from: from_at, reason }) => ({
      ...{ kind: reason.kind, client_id: record.client_id, from_at, reason },
      subject: 'because' in reason ? reason.because : '',
      ...rankOf(record),
    })),
};

/** A client that others like it tell something about: what else they had done, how soon they came again. */
export type ProspectRow = Ranked & {
  client_id: string;
  /** what it has done most often */
  main_type: string;
  types: string[];
  /** whether it was served often enough to go by its own gaps */
  has_habit: boolean;
  last_serviced_at: Instant;
  from_at: Instant;
};

export const prospects: OfClient<ProspectRow> = {
  shape: 'join',
  table: {
    name: 'prospect',
    columns: {
      client_id: 'uuid',
      main_type: 'text',
      types: 'jsonb',
      has_habit: 'boolean',
      last_serviced_at: 'timestamptz',
      from_at: 'timestamptz',
      ...RANKED,
    },
    key: ['client_id'],
    indexes: [
      ['main_type', 'rank', 'client_id'],
      ['owner', 'main_type', 'rank', 'client_id'],
    ],
  },
  from,
  rows: (record, card) => {
    const { client_id, state, last_serviced_at, rhythm, lifecycle } = record;
    const from_at = approachableFrom(record, card);
    const [main_type, ...others] = typesOf(lifecycle.services);
    const served = state === 'active' || state === 'reactivated';
    if (!served || from_at === null || last_serviced_at === null || main_type === undefined) return [];
    const types = [main_type, ...others];
    const has_habit = rhythm.unusualGapDays !== null;
    return [{ client_id, main_type, types, has_habit, last_serviced_at, from_at, ...rankOf(record) }];
  },
};

/** Of the clients that have one type done most often, how many had another one done; for `other` = `main`, all of them. */
export type ServicePairRow = { main_type: string; other_type: string; clients: number };

/** Beyond so many types a client has everything done, and tells nothing of what goes with what. */
const MOST_TYPES = 20;

export const servicePairs: SumRule<ClientRecordRow, ServicePairRow> = {
  shape: 'sum',
  table: {
    name: 'service_pair',
    columns: { main_type: 'text', other_type: 'text', clients: 'integer' },
    key: ['main_type', 'other_type'],
  },
  from: clientRecord.name,
  addends: ({ state, lifecycle }) => {
    const types = state === 'merged' ? [] : typesOf(lifecycle.services).slice(0, MOST_TYPES);
    const [main_type] = types;
    return main_type === undefined ? [] : types.map((other_type) => ({ main_type, other_type, clients: 1 }));
  },
};

/** How many days after a service of a type clients came again, of a day and more. */
export type ServiceGapRow = { service_type: string; days: number; gaps: number };

/** As far back as one looks, and as long as a gap counts; longer ones count as this long. */
const MOST_GAPS = 24;
const MOST_DAYS = 1_000;

export const serviceGaps: SumRule<ClientRecordRow, ServiceGapRow> = {
  shape: 'sum',
  table: {
    name: 'service_gap',
    columns: { service_type: 'text', days: 'integer', gaps: 'integer' },
    key: ['service_type', 'days'],
  },
  from: clientRecord.name,
  addends: ({ state, lifecycle: { services } }) => {
    if (state === 'merged') return [];
    const last = services.slice(-MOST_GAPS - 1);
    return last.flatMap(({ serviceType, at }, index) => {
      const next = last[index + 1];
      const days = next && serviceType !== undefined ? wholeDaysBetween(at, next.at) : 0;
      return days < 1 || serviceType === undefined
        ? []
        : [{ service_type: serviceType, days: Math.min(days, MOST_DAYS), gaps: 1 }];
    });
  },
};

/** @returns the types of services, the one that was done most often first; of those done as often, the one done last */
function typesOf(services: readonly ServiceMark[]): string[] {
  const counts = new Map<string, { times: number; last: number }>();
  for (const [last, { serviceType }] of services.entries())
    if (serviceType !== undefined)
      counts.set(serviceType, { times: (counts.get(serviceType)?.times ?? 0) + 1, last });
  return [...counts].sort(([, a], [, b]) => b.times - a.times || b.last - a.last).map(([type]) => type);
}

function rankOf({ lifetime, trade, owner }: ClientRecordRow): Ranked {
  const [most] = lifetime.toSorted((a, b) => b.amountMinor - a.amountMinor);
  return { rank: -BigInt(most?.amountMinor ?? 0), currency: most?.currency ?? null, trade, owner };
}
