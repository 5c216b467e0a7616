import { ratio } from '../analytics/analytics.answer.js';
import type {
  ClientCell,
  ClientCohort,
  MeanCell,
  RetentionCell,
  RevenueCell,
  RevenueCohort,
  RevenueMeanCell,
} from './retention.answer.js';
import { cellsOf, type CellSlot, type RetentionFrame } from './retention-cells.js';
import type { CohortFigure, RetentionFigures } from './retention.figures.js';

/** Names a cohort among those of all groups, and in one currency where they are told apart. No name holds a line feed but a group's. */
const nameOf = (group: string | null | undefined, cohort: string, currency = ''): string =>
  `${cohort}\n${currency}\n${group ?? '\n'}`;

/** @returns the figures of each cohort by k */
function byCohort<Figure extends { group?: string | null; cohort: string; k: number }>(
  figures: readonly Figure[],
  currencyOf: (figure: Figure) => string | undefined,
): (group: string | null | undefined, cohort: string, currency?: string) => ReadonlyMap<number, Figure> {
  const cohorts = new Map<string, Map<number, Figure>>();
  for (const figure of figures) {
    const name = nameOf(figure.group, figure.cohort, currencyOf(figure));
    const cohort = cohorts.get(name) ?? new Map<number, Figure>();
    cohorts.set(name, cohort.set(figure.k, figure));
  }
  return (...name) => cohorts.get(nameOf(...name)) ?? new Map<number, Figure>();
}

/**
 * Retention of clients: for every cohort a cell for each period so far, also where nobody came, and the weighted mean.
 * @returns cohorts in order of group and time, those without clients left out
 */
export function clientRetention(
  { cohorts, cells }: RetentionFigures,
  frame: RetentionFrame,
): { cohorts: ClientCohort[]; mean: MeanCell[] } {
  const cellsIn = byCohort(cells, () => undefined);
  const rows = cohortsIn(frame, cohorts).map((figure): ClientCohort => {
    const retained = cellsIn(figure.group, figure.cohort);
    // A report can have tens of thousands of cells: what is made here for good is not copied once more.
    const cellOf = (slot: CellSlot): ClientCell =>
      Object.assign(slot, ratio(retained.get(slot.k)?.clients ?? 0, slot.denominator));
    return { ...headOf(figure, frame), cells: cellsOf(figure, frame).map(cellOf) };
  });
  return { cohorts: rows, mean: meanOfGroups(rows) };
}

/**
 * What the cohorts brought in: a row for every cohort and every currency that occurs, also where it brought nothing, so
 * that the mean counts all clients, payers or not. Currencies are never added up.
 */
export function revenueRetention(
  { cohorts, revenue }: RetentionFigures,
  frame: RetentionFrame,
): { cohorts: RevenueCohort[]; mean: RevenueMeanCell[] } {
  const shown = cohortsIn(frame, cohorts);
  const broughtBy = byCohort(revenue, ({ currency }) => currency);
  const inView = new Set(shown.map(({ cohort }) => cohort));
  const currencies = [
    ...new Set(revenue.filter(({ cohort }) => inView.has(cohort)).map((one) => one.currency)),
  ].sort();
  const rows = shown.flatMap((figure) =>
    currencies.map((currency): RevenueCohort => {
      let cumulativeMinor = 0;
      const brought = broughtBy(figure.group, figure.cohort, currency);
      const cellOf = (slot: CellSlot): RevenueCell => {
        const cell = brought.get(slot.k);
        const amountMinor = cell?.amountMinor ?? 0;
        cumulativeMinor += amountMinor;
        return {
          ...slot,
          ...ratio(amountMinor, slot.denominator),
          amountMinor,
          services: cell?.services ?? 0,
          clientsServiced: cell?.clients ?? 0,
          cumulativeMinor,
          cumulativeMinorPerClient: ratio(cumulativeMinor, slot.denominator).rate,
        };
      };
      return { ...headOf(figure, frame), currency, cells: cellsOf(figure, frame).map(cellOf) };
    }),
  );
  const mean = currencies.flatMap((currency) =>
    meanOfGroups(rows.filter((row) => row.currency === currency)).map((cell) => ({ currency, ...cell })),
  );
  return { cohorts: rows, mean };
}

interface Row {
  readonly group?: string | null;
  readonly cells: readonly RetentionCell[];
}

function meanOfGroups(rows: readonly Row[]): MeanCell[] {
  const groups = new Map<string | null | undefined, Row[]>();
  for (const row of rows) groups.set(row.group, [...(groups.get(row.group) ?? []), row]);
  return [...groups].flatMap(([group, inGroup]) =>
    weightedMean(inGroup).map((cell) => (group === undefined ? cell : { group, ...cell })),
  );
}

/** Sum of numerators over sum of denominators, for each k that has a complete cell; incomplete ones are left out. */
function weightedMean(rows: readonly Row[]): MeanCell[] {
  const sums = new Map<number, { numerator: number; denominator: number }>();
  for (const { cells } of rows)
    for (const { k, numerator, denominator, complete } of cells) {
      if (!complete) continue;
      const sum = sums.get(k);
      if (sum) {
        sum.numerator += numerator;
        sum.denominator += denominator;
      } else sums.set(k, { numerator, denominator });
    }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([k, { numerator, denominator }]) => ({ k, ...ratio(numerator, denominator) }));
}

function cohortsIn({ calendar, asOf, from, to }: RetentionFrame, cohorts: readonly CohortFigure[]) {
  // Groups by name, those without one last.
  const order = ({ group, cohort }: CohortFigure) => `${group ?? '\uffff'}\0${cohort}`;
  return cohorts
    .filter(({ cohort, clients }) => {
      const start = calendar.startOf(cohort);
      return (
        clients > 0 &&
        start < asOf &&
        (from === undefined || start >= from) &&
        (to === undefined || start < to)
      );
    })
    .toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}

const headOf = ({ group, cohort, clients, servicesBefore }: CohortFigure, { calendar }: RetentionFrame) => ({
  ...(group === undefined ? {} : { group }),
  cohort,
  start: calendar.startOf(cohort),
  end: calendar.endOf(cohort),
  size: clients,
  servicesBeforeConversion: servicesBefore,
});
