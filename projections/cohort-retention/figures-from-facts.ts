import { eachCountedClient } from '../analytics/columns/counted-clients.js';
import type { CountedLife } from '../analytics/columns/counted-life.js';
import type { LifeColumns } from '../analytics/columns/life-columns.js';
import type { Period } from '../analytics/period-calendar.js';
import { periodsFrom } from '../analytics/periods-so-far.js';
import type { Sql } from '../analytics/reports.js';
import { CohortTally } from './cohort-tally.js';
import {
  runningTotals,
  type CellFigure,
  type Change,
  type FactsQuestion,
  type Mode,
  type RetentionFigures,
  type RevenueFigure,
} from './retention.figures.js';

const DAY = 86_400_000;

/** A client in its cohort. */
interface Placed {
  readonly life: CountedLife;
  readonly client: number;
  readonly tally: CohortTally;
  /** windows that it was observed for; Infinity in the calendar */
  readonly observed: number;
  /** the index of an instant: of its period or window, counted from its cohort's or its own anchor */
  readonly indexOf: (at: number) => number;
}

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
    const starts = Float64Array.from(periods, (period) => Date.parse(calendar.startOf(period)));
    const until = Date.parse(asOf);
    const groups = new Map<string | null, CohortTally[]>();
    const count = COUNTED[mode](question);
    await eachCountedClient(sql, columns, { ...clients, asOf, knownAt }, (life, client, group) => {
      if (anchor === 'converted' ? life.converted >= until : life.services === 0) return;
      const anchored = anchor === 'converted' ? life.converted : (life.at[0] as number);
      const cohort = lastFrom(starts, anchored);
      const window = windowOfDays === undefined ? undefined : windowOfDays * DAY;
      const observed = window === undefined ? Infinity : Math.floor((until - anchored) / window);
      const tally = tallyOf(groups, group, cohort);
      tally.clients++;
      if (window !== undefined) tally.observed.set(observed, (tally.observed.get(observed) ?? 0) + 1);
      const indexOf =
        window === undefined
          ? (at: number) => lastFrom(starts, at) - cohort
          : (at: number) => Math.floor((at - anchored) / window);
      count({ life, client, tally, observed, indexOf });
    });
    return figuresOf(groups, columns, question, periods);
  });

/** @returns the last of the numbers, which ascend, that is not above another; -1 if all are */
function lastFrom(starts: Float64Array, at: number): number {
  let low = -1;
  let high = starts.length;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= at) low = middle;
    else high = middle;
  }
  return low;
}

function tallyOf(
  groups: Map<string | null, CohortTally[]>,
  group: string | null,
  cohort: number,
): CohortTally {
  let cohorts = groups.get(group);
  if (!cohorts) groups.set(group, (cohorts = []));
  return (cohorts[cohort] ??= new CohortTally());
}

/** How a client is counted in the cells of its cohort. Services before the cohort are in none, and counted for themselves. */
const COUNTED: Record<Mode, (question: FactsQuestion) => (placed: Placed) => void> = {
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

  unbounded: () => (placed) => {
    const last = Math.min(
      eachIndex(placed, () => undefined),
      placed.observed - 1,
    );
    if (last < 0) return;
    placed.tally.add(0, 1);
    placed.tally.add(last + 1, -1);
  },

  status:
    ({ lapses = {} }) =>
    (placed) => {
      const { life, tally, observed, indexOf } = placed;
      eachIndex(placed, () => undefined);
      life.activity(lapses, (at, delta) => {
        const k = Math.max(0, indexOf(at));
        if (k >= observed) return;
        tally.add(k, delta);
        if (observed < Infinity) tally.add(observed, -delta);
      });
    },
};

/** @param cellOf the cell of an index, -1 for none; @param lastOf the last index of that cell, for which a client has to be observed */
const inCells =
  ({ measure }: FactsQuestion, cellOf: (k: number) => number, lastOf: (k: number) => number) =>
  (placed: Placed): void => {
    const { life, client, tally, observed } = placed;
    let counted = -1;
    eachIndex(placed, (k, service) => {
      const cell = cellOf(k);
      if (cell < 0 || lastOf(k) >= observed) return;
      if (measure === 'revenue') {
        const currency = life.currency[service] as number;
        if (currency !== 0) tally.addMoney(client, cell, currency, life.amountMinor[service] as number);
      } else if (cell !== counted) tally.add((counted = cell), 1);
    });
  };

/** Goes through a client's services by index, those before its cohort left out. @returns the last index, -1 if there is none */
function eachIndex({ life, tally, indexOf }: Placed, take: (k: number, service: number) => void): number {
  let last = -1;
  for (let service = 0; service < life.services; service++) {
    const k = indexOf(life.at[service] as number);
    if (k < 0) tally.servicesBefore++;
    else take((last = k), service);
  }
  return last;
}

function figuresOf(
  groups: ReadonlyMap<string | null, readonly CohortTally[]>,
  columns: LifeColumns,
  { mode, measure, calendar, asOf, windowOfDays, clients }: FactsQuestion,
  periods: readonly Period[],
): RetentionFigures {
  // Places that nothing was written to are skipped by `map`, and dropped by `flatMap`.
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
    const revenue = heads.flatMap(({ head, tally }) =>
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
    );
    return { cohorts, cells: [], revenue };
  }
  const cells = heads.flatMap(({ head, tally }) =>
    tally.cells.map((n, k): CellFigure => ({ ...head, k, clients: n })),
  );
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
