import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientCards, type ClientCardRow } from '../../projections/client-record/client-card.js';
import { clientRecords, type ClientRecordRow } from '../../projections/client-record/client-record.js';
import { workItems } from '../../projections/client-record/work-items.js';
import { dayEnds, localDays } from '../../projections/local-day.js';
import { opportunitiesOf } from '../../projections/opportunities/opportunity.js';
import { serviceGaps, servicePairs } from '../../projections/opportunities/opportunities.tables.js';
import { winBacksOf } from '../../projections/opportunities/win-back.js';
import { clientIdOf } from '../../src/client/client.events.js';
import type { ClientState } from '../../src/client/client.slices.js';
import { stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { wholeDaysBetween } from '../../src/schema/instant.js';
import { folded } from '../support/client-lives.js';
import { livedTogether, pooledLives, someDays, WORK } from '../support/pooled-lives.js';

const zone = 'Europe/Berlin';
const lives = pooledLives(someDays, WORK);

interface Known {
  readonly state: ClientState;
  readonly record: ClientRecordRow;
  readonly card: ClientCardRow;
}

/** Checks what follows from the record and the card of every client that lives on, whatever became of all of them. */
function always(check: (known: Known) => void): void {
  fc.assert(
    fc.property(lives, (steps) => {
      for (const known of clientsOf(steps)) if (stateOf(known.state.lifecycle) !== 'merged') check(known);
    }),
    { numRuns: 200 },
  );
}

function clientsOf(steps: Parameters<typeof livedTogether>[0]): Known[] {
  const { facts, states } = livedTogether(steps);
  return [...states].map(([clientId, state]) => {
    const own = facts.filter(({ stream }) => clientIdOf(stream) === clientId);
    const [record, card] = [folded(clientRecords(localDays(zone)), own), folded(clientCards, own)];
    return { state, record: record as ClientRecordRow, card: card as ClientCardRow };
  });
}

const serviced = ({ state: { lifecycle } }: Known): boolean =>
  ['active', 'reactivated'].includes(stateOf(lifecycle));

describe('the daily lists, whatever was merged, parted, corrected and voided', () => {
  it('hold the work that the write side holds to be open, and nothing else', () => {
    const { rows } = workItems(dayEnds(zone));
    always(({ state, card }) => {
      const { complaints, bookings, invoices, followUps, plans, recommendations } = state;
      const open = <Item extends object>(
        kind: string,
        items: Iterable<[string, Item]>,
        is: (item: Item) => boolean,
        how = 'open',
      ) => [...items].flatMap(([id, item]) => (is(item) ? [`${kind} ${id} ${how}`] : []));
      expect(
        rows(card)
          .map(({ kind, item_id, state: how }) => `${kind} ${item_id} ${how}`)
          .sort(),
      ).toEqual(
        [
          ...open('complaint', complaints, (one) => one.open),
          ...open('complaint', complaints, (one) => !one.open, 'resolved'),
          ...open('booking', bookings, ({ status }) => status === 'booked'),
          ...open('invoice', invoices, ({ amountMinor, paidMinor }) => paidMinor < amountMinor),
          ...open('follow_up', followUps, ({ done }) => !done),
          ...open('plan', plans, ({ status }) => status !== 'ended'),
          ...open('estimate', recommendations, ({ status }) => status === 'open'),
        ].sort(),
      );
    });
  });

  it('hold each attempt once, each return once, and the one with the other where it is owed to it', () => {
    always(({ state: { lifecycle, attempts }, record, card }) => {
      const returns = lifecycle.lapses.flatMap(({ lapseId, reactivation }) =>
        reactivation ? [{ lapseId, ...reactivation }] : [],
      );
      const rows = winBacksOf(record, card);
      const came = (organic: boolean) =>
        rows
          .filter((row) => row.organic === organic && row.service_id !== null)
          .map((row) => row.service_id)
          .sort();
      const owed = (to: boolean) =>
        returns
          .filter(({ attemptId }) => (attemptId !== undefined) === to)
          .map(({ serviceId }) => serviceId)
          .sort();
      // An attempt can have gone with another client while the return that is owed to it stays.
      const gone = returns.filter(({ attemptId }) => attemptId !== undefined && !attempts.has(attemptId));
      expect(rows.flatMap((row) => (row.organic ? [] : [row.win_back_id])).sort()).toEqual(
        [...attempts.keys(), ...gone.map(({ lapseId }) => lapseId)].sort(),
      );
      expect(came(true)).toEqual(owed(false));
      expect(came(false)).toEqual(owed(true));
    });
  });

  it('name a client to win back just when it is lapsed, came more than once, and nothing is arranged or said against it', () => {
    always((known) => {
      const { state, record, card } = known;
      const { lifecycle, plans, followUps } = state;
      const wanted =
        stateOf(lifecycle) === 'lapsed' &&
        record.visits > 1 &&
        ![...plans.values()].some(({ status }) => status === 'paused') &&
        [...followUps.values()].every(({ done }) => done);
      const found = opportunitiesOf(record, card);
      expect(found.some(({ reason }) => reason.kind === 'reactivation')).toBe(wanted);
      const booked = [...state.bookings.values()].flatMap((one) =>
        one.status === 'booked' ? [one.scheduledFor] : [],
      );
      for (const { from, reason } of found)
        if (reason.kind !== 'at_risk') for (const visit of booked) expect(from > visit).toBe(true);
    });
  });

  it('name a client at risk just when it is being served and complains of something still', () => {
    always((known) => {
      const open = [...known.state.complaints.values()].filter((one) => one.open).length;
      const counts = opportunitiesOf(known.record, known.card).flatMap(({ reason }) =>
        reason.kind === 'at_risk' && reason.because === 'open_complaint' ? [reason.count] : [],
      );
      expect(counts).toEqual(serviced(known) && open > 0 ? [open] : []);
    });
  });

  it('go by the gaps and types that the services on record have, each counted for one client', () => {
    always(({ state: { lifecycle }, record }) => {
      const { services } = lifecycle;
      const gaps = services.slice(1).map(({ at }, index) => wholeDaysBetween(services[index]?.at ?? at, at));
      const typed = gaps.filter((days, index) => days >= 1 && services[index]?.serviceType !== undefined);
      expect(serviceGaps.addends(record).map(({ days }) => days)).toEqual(typed);
      const types = new Set(services.flatMap(({ serviceType }) => serviceType ?? []));
      expect(new Set(servicePairs.addends(record).map(({ other_type }) => other_type))).toEqual(types);
    });
  });
});
