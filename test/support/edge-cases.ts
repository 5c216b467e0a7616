import { readFileSync } from 'node:fs';
import { v5 as uuidv5 } from 'uuid';
import type { Instant } from '../../src/schema/instant.js';
import type { SettableClock } from './settable-clock.js';
import type { Tenure } from './tenure.js';

/** A small history with hand-made expectations (test/cases/edge-cases.json). Instants are without milliseconds. */
export interface EdgeCase {
  readonly name: string;
  readonly why: string;
  readonly events: readonly EdgeEvent[];
  readonly params: {
    readonly tz: string;
    readonly window_days: number;
    readonly rule: 'ge' | 'gt';
    readonly knownAt: string | null;
    readonly asOf: string;
  };
  readonly expect: {
    readonly cohorts?: Readonly<Record<string, { size: number; bounded: number[]; unbounded: number[] }>>;
    readonly lapses?: [client: string, at: Instant][];
    readonly reactivations?: [client: string, at: Instant][];
    readonly states?: Readonly<Record<string, string>>;
    /** minor units by month */
    readonly revenue?: Readonly<Record<string, number>>;
    readonly servicesBeforeConversion?: number;
    readonly lastPeriod?: { readonly period: string; readonly complete: boolean };
  };
}

interface EdgeEvent {
  readonly type: 'converted' | 'serviced' | 'service_voided' | 'service_corrected' | 'merged';
  readonly client: string;
  readonly occurredAt: string;
  /** when it was told; when it happened unless given */
  readonly recordedAt?: string;
  readonly serviceId?: string;
  readonly amount?: number;
  readonly newOccurredAt?: string;
  readonly from?: string;
}

export const edgeCases = JSON.parse(
  readFileSync(new URL('../cases/edge-cases.json', import.meta.url), 'utf8'),
) as EdgeCase[];

const NAMES = '0e2d9c1a-5f7b-4c55-9c55-3a2b1c0d9e8f';
export const clientOf = (name: string): string => uuidv5(`client/${name}`, NAMES);
const serviceOf = (name: string | undefined): string => uuidv5(`service/${name}`, NAMES);

/**
 * Tells Tenure a history, each fact when it was told, while the lapse clock sweeps before each of them, at the instant at
 * which things are to be known, and at the end.
 */
export async function tell(
  { events, params }: EdgeCase,
  tenure: Tenure,
  clock: SettableClock,
): Promise<void> {
  const { asOf, knownAt, window_days: windowDays } = params;
  await tenure.call('put', '/policies/lapse').send({ kind: 'fixed', windowDays }).expect(200);
  const sweepAt = async (at: string) => {
    if (Date.parse(at) > Date.parse(clock.now())) clock.set(at);
    await tenure.sweep();
  };
  const justBefore = knownAt === null ? null : new Date(Date.parse(knownAt) - 1).toISOString();
  for (const { told, event } of inOrderOfTelling(events)) {
    if (justBefore !== null && justBefore <= told) await sweepAt(justBefore);
    await sweepAt(told);
    await record(event, tenure);
  }
  if (justBefore !== null) await sweepAt(justBefore);
  await sweepAt(asOf);
}

/** Nothing can be told of a client before its conversion, so what happened before that is told at that moment. */
function inOrderOfTelling(events: readonly EdgeEvent[]): { told: Instant; event: EdgeEvent }[] {
  const instant = (text: string) => new Date(text).toISOString();
  const converted = new Map(
    events
      .filter(({ type }) => type === 'converted')
      .map(({ client, occurredAt }) => [client, instant(occurredAt)]),
  );
  const told = ({ client, occurredAt, recordedAt = occurredAt }: EdgeEvent) => {
    const [at, from = ''] = [instant(recordedAt), converted.get(client)];
    return at > from ? at : from;
  };
  const rank = ({ type }: EdgeEvent) => (type === 'converted' ? '0' : '1');
  const key = (event: EdgeEvent) => told(event) + rank(event);
  return events
    .toSorted((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0))
    .map((event) => ({ told: told(event), event }));
}

async function record(event: EdgeEvent, tenure: Tenure): Promise<void> {
  const { type, client, occurredAt, serviceId, amount, newOccurredAt, from = '' } = event;
  const money = amount === undefined ? {} : { amountMinor: amount, currency: 'EUR' };
  const path = `/clients/${clientOf(client)}`;
  switch (type) {
    case 'converted':
      await tenure.record('post', '/clients', { clientId: clientOf(client), occurredAt });
      return;
    case 'serviced':
      await tenure.record('post', `${path}/services`, {
        ...{ serviceId: serviceOf(serviceId), occurredAt },
        ...money,
      });
      return;
    case 'service_voided':
      await tenure.record('post', `${path}/services/${serviceOf(serviceId)}/void`, { occurredAt });
      return;
    case 'service_corrected':
      await tenure.record('post', `${path}/services/${serviceOf(serviceId)}/correction`, {
        ...{ occurredAt, servicedAt: newOccurredAt },
        ...money,
      });
      return;
    case 'merged':
      await tenure.record('post', `/clients/${clientOf(from)}/merge`, {
        ...{ survivorId: clientOf(client), occurredAt },
      });
  }
}
