import { clientIdOf } from '../../src/client/client.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { FoldRule } from '../../src/projecting/projection.js';
import type { AnalyticsEvent, FactOf } from '../analytics/facts/fact-events.js';
import { holding, superseded } from '../analytics/facts/held-client.js';
import { movementOf, type ServiceEvent } from '../analytics/facts/service-movements.js';
import { known } from '../known-client.js';
import { retentionClient, type KnownConversion, type RetentionClient } from './cohort-retention.tables.js';
import type { PeriodCalendar } from '../analytics/period-calendar.js';
import { afterMovement, firstMonthIn } from './served-months.js';
import { lapseMonths } from './status-months.js';

type Before = Readonly<RetentionClient> | null;
/** What follows of a living client from what is remembered of it. */
type Remembered = Omit<RetentionClient, 'converted_at' | 'converted_month' | 'first_service_month'>;

/** Each client with what its months hold. */
export function retentionClients({
  periodOf: monthOf,
}: PeriodCalendar): FoldRule<AnalyticsEvent, RetentionClient> {
  const converted = (_none: Before, fact: FactOf<'ClientConverted'>): RetentionClient => {
    const client_id = clientIdOf(fact.stream);
    const { source = null, trade = null, clientType = null } = fact.event.data;
    return living(
      {
        client_id,
        counts_from: fact.position,
        months: {},
        lapses: [],
        closures: [],
        conversions: [{ of: client_id, at: fact.event.occurredAt, eventId: fact.id }],
        ...{ source, trade, client_type: clientType },
        held: [],
      },
      fact,
    );
  };

  const served = (before: Before, fact: FactOf<ServiceEvent['type']>): RetentionClient => {
    const row = known(before, fact);
    return living({ ...row, months: afterMovement(row.months, movementOf(fact.event), monthOf) }, fact);
  };

  const described = (before: Before, fact: FactOf<'ClientDetailsChanged'>): RetentionClient => {
    const row = known(before, fact);
    const { source, trade, clientType } = fact.event.data;
    if ([source, trade, clientType].every((one) => one === undefined)) return row;
    const said = {
      source: source ?? row.source,
      trade: trade ?? row.trade,
      client_type: clientType ?? row.client_type,
    };
    return row.converted_at === null ? { ...row, ...said } : living({ ...row, ...said }, fact);
  };

  const mergedInto = (before: Before, fact: FactOf<'ClientMergedInto'>): RetentionClient => {
    const row = known(before, fact);
    return {
      ...row,
      ...{ converted_at: null, converted_month: null, first_service_month: null, months: {} },
      held: superseded(row.held, fact),
    };
  };

  const absorbed = (before: Before, fact: FactOf<'ClientAbsorbed'>): RetentionClient => {
    const row = known(before, fact);
    const { absorbedId: of, convertedAt: at } = fact.event.data;
    const conversions = [...row.conversions, { of, at, eventId: fact.id }];
    const theirs = fact.event.data.life.lapses.map((lapse) => lapseMonths(lapse, monthOf));
    return served({ ...row, conversions, lapses: [...row.lapses, ...theirs] }, fact);
  };

  const unmerged = (before: Before, fact: FactOf<'ClientUnmerged'>): RetentionClient => {
    const row = known(before, fact);
    const { side, otherId, life } = fact.event.data;
    if (side === 'restored') return served({ ...row, counts_from: fact.position }, fact);
    const conversions = row.conversions.filter(({ of }) => of !== otherId);
    const theirs = new Set(life.lapses.map(({ lapseId }) => lapseId));
    const lapses = row.lapses.filter(({ lapseId }) => !theirs.has(lapseId));
    return served({ ...row, conversions, lapses }, fact);
  };

  const lapsed = (before: Before, { event, ...fact }: FactOf<'ClientLapsed'>): RetentionClient => {
    const row = known(before, { event, ...fact });
    const lapse = { lapseId: event.data.lapseId, at: event.occurredAt, reactivation: null };
    return { ...row, lapses: [...row.lapses, lapseMonths(lapse, monthOf)] };
  };

  /** The return from a lapse, or its withdrawal. */
  const back = (
    before: Before,
    fact: FactOf<'ClientReactivated' | 'ReactivationRevoked'>,
  ): RetentionClient => {
    const row = known(before, fact);
    const { type, data, occurredAt } = fact.event;
    const month = type === 'ClientReactivated' ? monthOf(occurredAt) : null;
    const lapses = row.lapses.map((one) => (one.lapseId === data.lapseId ? { ...one, back: month } : one));
    return { ...row, lapses };
  };

  const neverLapsed = (before: Before, fact: FactOf<'LapseRevoked'>): RetentionClient => {
    const row = known(before, fact);
    return { ...row, lapses: row.lapses.filter(({ lapseId }) => lapseId !== fact.event.data.lapseId) };
  };

  const closed = (before: Before, fact: FactOf<'ClientClosed'>): RetentionClient => {
    const row = known(before, fact);
    return { ...row, closures: [...row.closures, { from: monthOf(fact.event.occurredAt), to: null }] };
  };

  const reopened = (before: Before, fact: FactOf<'ClientReopened'>): RetentionClient => {
    const row = known(before, fact);
    const month = monthOf(fact.event.occurredAt);
    return { ...row, closures: row.closures.map(({ from, to }) => ({ from, to: to ?? month })) };
  };

  const living = (row: Remembered, fact: RecordedEvent): RetentionClient => {
    const {
      client_id,
      counts_from,
      months,
      lapses,
      closures,
      conversions,
      source,
      trade,
      client_type,
      held,
    } = row;
    const { at, eventId } = earliest(conversions);
    const now = { at, eventId, countsFrom: String(counts_from), source, trade, client_type };
    return {
      client_id,
      converted_at: at,
      converted_month: monthOf(at),
      first_service_month: firstMonthIn(months),
      ...{ counts_from, months, lapses, closures, conversions, source, trade, client_type },
      held: holding(held, now, fact),
    };
  };

  return {
    shape: 'fold',
    table: retentionClient,
    key: ({ stream }) => clientIdOf(stream),
    // Facts that move nothing of it have no handler, so that rows are not read for them.
    evolve: {
      ClientConverted: converted,
      ClientDetailsChanged: described,
      ClientServiced: served,
      ServiceCorrected: served,
      ServiceVoided: served,
      ClientLapsed: lapsed,
      ClientReactivated: back,
      ReactivationRevoked: back,
      LapseRevoked: neverLapsed,
      ClientClosed: closed,
      ClientReopened: reopened,
      ClientMergedInto: mergedInto,
      ClientAbsorbed: absorbed,
      ClientUnmerged: unmerged,
    } as FoldRule<AnalyticsEvent, RetentionClient>['evolve'],
  };
}

/** Of several at one instant, the first known. */
const earliest = (conversions: readonly KnownConversion[]): KnownConversion =>
  conversions.reduce((first, one) => (one.at < first.at ? one : first));
