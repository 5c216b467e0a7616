import { clientIdOf } from '../../src/client/client.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { ExpandRule, FoldRule } from '../../src/projecting/projection.js';
import { known } from '../known-client.js';
import {
  retentionClient,
  retentionConversion,
  type HeldConversion,
  type KnownConversion,
  type RetentionClient,
  type RetentionConversion,
} from './cohort-retention.tables.js';
import type { MonthCalendar } from './month-calendar.js';
import { afterMovement, firstMonthIn } from './served-months.js';
import { movementOf, type RetentionEvent } from './service-movements.js';

type Before = Readonly<RetentionClient> | null;
type Recorded<Type extends RetentionEvent['type']> = RecordedEvent<Extract<RetentionEvent, { type: Type }>>;
type Life = Pick<RetentionClient, 'months' | 'conversions'>;

/** Each client with what its months hold. */
export function retentionClients({ monthOf }: MonthCalendar): FoldRule<RetentionEvent, RetentionClient> {
  const converted = (_none: Before, fact: Recorded<'ClientConverted'>): RetentionClient => {
    const client_id = clientIdOf(fact.stream);
    const conversion = { of: client_id, at: fact.event.occurredAt, eventId: fact.id };
    const nobody = { client_id, counts_from: fact.position, held: [] };
    return living(nobody, { months: {}, conversions: [conversion] }, fact);
  };

  const served = (before: Before, fact: RecordedEvent<RetentionEvent>): RetentionClient => {
    const row = known(before, fact);
    return living(row, { ...row, months: afterMovement(row.months, movementOf(fact.event), monthOf) }, fact);
  };

  const mergedInto = (before: Before, fact: Recorded<'ClientMergedInto'>): RetentionClient => {
    const row = known(before, fact);
    return {
      ...row,
      ...{ converted_at: null, converted_month: null, first_service_month: null, months: {} },
      held: superseded(row.held, fact),
    };
  };

  const absorbed = (before: Before, fact: Recorded<'ClientAbsorbed'>): RetentionClient => {
    const row = known(before, fact);
    const { absorbedId: of, convertedAt: at } = fact.event.data;
    const conversions = [...row.conversions, { of, at, eventId: fact.id }];
    return served({ ...row, conversions }, fact);
  };

  const unmerged = (before: Before, fact: Recorded<'ClientUnmerged'>): RetentionClient => {
    const row = known(before, fact);
    const { side, otherId } = fact.event.data;
    if (side === 'restored') return served({ ...row, counts_from: fact.position }, fact);
    return served({ ...row, conversions: row.conversions.filter(({ of }) => of !== otherId) }, fact);
  };

  const living = (
    { client_id, counts_from, held }: Pick<RetentionClient, 'client_id' | 'counts_from' | 'held'>,
    { months, conversions }: Life,
    fact: RecordedEvent,
  ): RetentionClient => {
    const conversion = earliest(conversions);
    return {
      client_id,
      converted_at: conversion.at,
      converted_month: monthOf(conversion.at),
      first_service_month: firstMonthIn(months),
      counts_from,
      months,
      conversions,
      held: holding(held, conversion, counts_from, fact),
    };
  };

  return {
    shape: 'fold',
    table: retentionClient,
    key: ({ stream }) => clientIdOf(stream),
    evolve: {
      ClientConverted: converted,
      ClientServiced: served,
      ServiceCorrected: served,
      ServiceVoided: served,
      ClientMergedInto: mergedInto,
      ClientAbsorbed: absorbed,
      ClientUnmerged: unmerged,
    },
  };
}

/** Of several at one instant, the first known. */
const earliest = (conversions: readonly KnownConversion[]): KnownConversion =>
  conversions.reduce((first, one) => (one.at < first.at ? one : first));

/** @returns what is held of the client's conversion, with what is held from this fact on if that is something else */
function holding(
  held: readonly HeldConversion[],
  { at, eventId }: KnownConversion,
  countsFrom: bigint,
  fact: RecordedEvent,
): readonly HeldConversion[] {
  const last = held.at(-1);
  if (last?.supersededAt === null && last.eventId === eventId) return held;
  const { position, recordedAt } = fact;
  const texts = { position: String(position), countsFrom: String(countsFrom) };
  return [...superseded(held, fact), { at, eventId, ...texts, recordedAt, supersededAt: null }];
}

const superseded = (held: readonly HeldConversion[], { recordedAt }: RecordedEvent): HeldConversion[] =>
  held.map((one) => (one.supersededAt === null ? { ...one, supersededAt: recordedAt } : one));

export const retentionConversions: ExpandRule<RetentionClient, RetentionConversion> = {
  shape: 'expand',
  table: retentionConversion,
  from: retentionClient.name,
  rows: ({ client_id, held }) =>
    held.map(({ at, eventId, position, recordedAt, countsFrom, supersededAt }) => ({
      client_id,
      position: BigInt(position),
      event_id: eventId,
      converted_at: at,
      recorded_at: recordedAt,
      superseded_at: supersededAt,
      counts_from: BigInt(countsFrom),
    })),
};
