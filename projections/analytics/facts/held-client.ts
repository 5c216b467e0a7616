import type { ExpandRule, Row, Table } from '../../../src/projecting/projection.js';
import type { RecordedEvent } from '../../../src/event-store/envelope.js';
import type { Instant } from '../../../src/schema/instant.js';

/** What is said of a client beside its conversion, for grouping and filtering. */
export interface Attributes {
  readonly source: string | null;
  readonly trade: string | null;
  readonly client_type: string | null;
}

/** That it is a client, and since when. */
interface HeldTrue extends Attributes {
  readonly at: Instant;
  readonly eventId: string;
  readonly countsFrom: string;
}

/** What was held of a client for a while, in a form that a row can keep: positions are texts. */
export interface Held extends HeldTrue {
  readonly position: string;
  readonly recordedAt: Instant;
  readonly supersededAt: Instant | null;
}

/** @returns what is held of a client, with what is held from this fact on if that is something else */
export function holding(held: readonly Held[], now: HeldTrue, fact: RecordedEvent): readonly Held[] {
  const last = held.at(-1);
  const same = (Object.keys(now) as (keyof HeldTrue)[]).every((name) => last?.[name] === now[name]);
  if (last?.supersededAt === null && same) return held;
  const { position, recordedAt } = fact;
  return [...superseded(held, fact), { ...now, position: String(position), recordedAt, supersededAt: null }];
}

/** @returns what was held of a client who from this fact on is one no more */
export const superseded = (held: readonly Held[], { recordedAt }: RecordedEvent): readonly Held[] =>
  held.map((one) => (one.supersededAt === null ? { ...one, supersededAt: recordedAt } : one));

/**
 * Who is a client, as held true from `recorded_at` until `superseded_at` (exclusive; null while it is): a merge ends it for
 * the absorbed client, and may give the survivor an earlier conversion. At any moment a client has one such row or none.
 */
export type HeldClient = {
  client_id: string;
  position: bigint;
  /** the event from which the conversion is known: of an absorbed client, the one that pools its life */
  event_id: string;
  /** the earliest of the conversions: its own, and those of the clients it absorbed */
  converted_at: Instant;
  recorded_at: Instant;
  superseded_at: Instant | null;
  /** of its services, those on record from this position on count: the conversion, or the latest restoration */
  counts_from: bigint;
  source: string | null;
  trade: string | null;
  client_type: string | null;
};

export const heldClient: Table<HeldClient> = {
  name: 'held_client',
  columns: {
    client_id: 'uuid',
    position: 'bigint',
    event_id: 'uuid',
    converted_at: 'timestamptz',
    recorded_at: 'timestamptz',
    superseded_at: 'timestamptz?',
    counts_from: 'bigint',
    source: 'text?',
    trade: 'text?',
    client_type: 'text?',
  },
  key: ['client_id', 'position'],
  indexes: [['position']],
};

/** @param from name of the fold table of clients */
export const heldClients = <Client extends Row & { client_id: string; held: readonly Held[] }>(
  from: string,
): ExpandRule<Client, HeldClient> => ({
  shape: 'expand',
  table: heldClient,
  from,
  rows: ({ client_id, held }) =>
    held
      // What was superseded by a fact recorded in the same instant was never held.
      .filter(({ recordedAt, supersededAt }) => supersededAt === null || recordedAt < supersededAt)
      .map(({ at, eventId, position, recordedAt, countsFrom, supersededAt, ...attributes }) => ({
        client_id,
        position: BigInt(position),
        event_id: eventId,
        converted_at: at,
        recorded_at: recordedAt,
        superseded_at: supersededAt,
        counts_from: BigInt(countsFrom),
        ...attributes,
      })),
});
