import { eachCountedClient } from '../analytics/columns/counted-clients.js';
import type { CountedLife } from '../analytics/columns/counted-life.js';
import type { LifeColumns } from '../analytics/columns/life-columns.js';
import type { Period } from '../analytics/period-calendar.js';
import { periodsFrom } from '../analytics/periods-so-far.js';
import type { Sql } from '../analytics/sql.js';
import { CohortTally } from './cohort-tally.js';
import { Cohorts } from './cohorts.js';
import {
  runningTotals,
  type CellFigure,
  type Change,
  type FactsQuestion,
  type Mode,
  type RetentionFigures,
  type RevenueFigure,
} from './retention.figures.js';

/**
 * The figures counted from the facts: for any day, in any zone, of any clients, and as known at any moment; it goes through
 * all of them. Where a period begins is the calendar's opinion alone: an instant's is found among their first instants.
 */
export const figuresFromFacts = (
  sql: Sql,
  columns: LifeColumns,
  question: FactsQuestion,
): Promise<RetentionFigures> =>
  columns.read(sql, async () => {
    const { anchor, mode, calendar, windowOfDays, asOf, knownAt, clients } = question;
    const oldest = columns.oldest === Infinity ? null : new Date(columns.oldest).toISOString();
    const periods = periodsFrom(oldest, calendar, asOf);
    const cohorts = new Cohorts(calendar, periods, asOf, windowOfDays);
    const until = Date.parse(asOf);
    const groups = new Map<string | null, CohortTally[]>();
    const count = COUNTED[mode](question);
    await eachCountedClient(sql, columns, { ...clients, asOf, knownAt }, (life, client, group) => {
      if (anchor === 'converted' ? life.converted >= until : life.services === 0) return;
      const cohort = cohorts.place(anchor === 'converted' ? life.converted : life.at(0));
      const tally = tallyOf(groups, group, cohort);
      tally.clients++;
      const { observed } = cohorts;
      if (observed < Infinity) tally.observed.set(observed, (tally.observed.get(observed) ?? 0) + 1);
      count(life, client, cohorts, tally);
    });
    return figuresOf(groups, columns, question, periods);
  });

function tallyOf(
  groups: Map<string | null, CohortTally[]>,
  group: string | null,
  cohort: number,
): CohortTally {
  let cohorts = groups.get(group);
  if (!cohorts) groups.set(group, (cohorts = []));
  return (cohorts[cohort] ??= new CohortTally());
}

type Count = (life: CountedLife, client: number, cohorts: Cohorts, tally: CohortTally) => void;

/** How a client is counted in the cells of its cohort. Services before the cohort are in none, and counted for themselves. */
const COUNTED: Record<Mode, (question: FactsQuestion) => Count> = {
  bounded: (question) =>
    inCells(
      question,
      (k) => k,
      (k) => k,
    ),

  bracket: (question) => {
    const { brackets = [] } = question;
    const bracketOf = (k: number) => brackets.find(({ from, to }) => from <= k && k <= to);
    return inCells(
      question,
      (k) => bracketOf(k)?.from ?? -1,
      (k) => bracketOf(k)?.to ?? Infinity,
    );
  },

  unbounded: () => (life, _client, cohorts, tally) => {
    tally.servicesBefore += cohorts.servicesBefore(life);
    if (life.services === 0) return;
    const last = Math.min(cohorts.indexOf(life.at(life.services - 1)), cohorts.observed - 1);
    if (last < 0) return;
    tally.add(0, 1);
    tally.add(last + 1, -1);
  },

  status:
    ({ lapses = {} }) =>
    (life, _client, cohorts, tally) => {
      tally.servicesBefore += cohorts.servicesBefore(life);
      const { observed } = cohorts;
      life.activity(lapses, (at, delta) => {
        const k = Math.max(0, cohorts.indexOf(at));
        if (k >= observed) return;
        tally.add(k, delta);
        if (observed < Infinity) tally.add(observed, -delta);
      });
    },
};

/** @param cellOf the cell of an index, -1 for none; @param lastOf the last index of that cell, for which a client has to be observed */
const inCells =
  ({ measure }: FactsQuestion, cellOf: (k: number) => number, lastOf: (k: number) => number): Count =>
  (life, client, cohorts, tally) => {
    const before = cohorts.servicesBefore(life);
    tally.servicesBefore += before;
    let counted = -1;
    let k = 0;
    for (let service = before; service < life.services; service++) {
      k = cohorts.indexFrom(k, life.at(service));
      const cell = cellOf(k);
      if (cell < 0 || lastOf(k) >= cohorts.observed) continue;
      if (measure === 'revenue') {
        const currency = life.currency(service);
        if (currency !== 0) tally.addMoney(client, cell, currency, life.amountMinor(service));
      } else if (cell !== counted) tally.add((counted = cell), 1);
    }
  };

function figuresOf(
  groups: ReadonlyMap<string | null, readonly CohortTally[]>,
  columns: LifeColumns,
  { mode, measure, calendar, asOf, windowOfDays, clients }: FactsQuestion,
  periods: readonly Period[],
): RetentionFigures {
  // Cohorts that nobody is in are holes, which `map` passes over and `flatMap` drops.
  const heads = [...groups].flatMap(([group, tallies]) =>
    tallies.map((tally, cohort) => ({
      head: { ...(clients?.groupBy === undefined ? {} : { group }), cohort: periods[cohort] as Period },
      tally,
    })),
  );
  const cohorts = heads.map(({ head, tally }) => ({
    ...head,
    clients: tally.clients,
    servicesBefore: tally.servicesBefore,
    ...(windowOfDays === undefined
      ? {}
      : { observed: [...tally.observed].map(([windows, n]) => ({ windows, clients: n })) }),
  }));
  if (measure === 'revenue') {
    const revenue = heads
      .flatMap(({ head, tally }) =>
        [...tally.money].flatMap(([currency, money]) =>
          money.clients.map((n, k): RevenueFigure => {
            const [amountMinor, services] = [money.amountMinor[k] as number, money.services[k] as number];
            return {
              ...head,
              k,
              currency: columns.textOf(currency) as string,
              clients: n,
              services,
              amountMinor,
            };
          }),
        ),
      )
      .filter(({ services }) => services > 0);
    return { cohorts, cells: [], revenue };
  }
  const cells = heads
    .flatMap(({ head, tally }) => tally.cells.map((n, k): CellFigure => ({ ...head, k, clients: n })))
    .filter((cell) => cell.clients !== 0);
  if (mode === 'bounded' || mode === 'bracket') return { cohorts, cells, revenue: [] };
  const changes = cells.map(({ clients: delta, ...cell }): Change => ({ ...cell, delta }));
  const longest = new Map<Period, number>();
  for (const { cohort, k } of changes) longest.set(cohort, Math.max(k, longest.get(cohort) ?? 0));
  const last = (cohort: Period): number =>
    windowOfDays === undefined
      ? calendar.between(cohort, calendar.periodOf(asOf))
      : (longest.get(cohort) ?? 0);
  return { cohorts, cells: runningTotals(changes, last), revenue: [] };
}
