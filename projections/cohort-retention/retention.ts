import type { Instant } from '../../src/schema/instant.js';
import type {
  ClientCell,
  ClientCohort,
  MeanCell,
  RetentionCell,
  RevenueCell,
  RevenueCohort,
  RevenueMeanCell,
} from './retention.answer.js';
import type { CohortFigure, RetentionFigures } from './retention.figures.js';
import type { Period as Month, PeriodCalendar } from '../analytics/period-calendar.js';

/** What is looked at: the zone's months, and how far. */
export interface RetentionFrame {
  readonly calendar: PeriodCalendar;
  /** exclusive: a period that starts at or after it is absent, one that ends by it is complete */
  readonly asOf: Instant;
  /** cohorts whose month starts at or after it */
  readonly from?: Instant;
  /** cohorts whose month starts before it */
  readonly to?: Instant;
  /** cells whose period ends after it are censored; none where it is left out */
  readonly censoredAfter?: Instant;
  /** at most so many periods a cohort, from k = 0 */
  readonly periods?: number;
}

/**
 * Retention of clients: for every cohort a cell for each period so far, also where nobody came, and the weighted mean.
 * @returns cohorts in order of time, those without clients left out
 */
export function clientRetention(
  { cohorts, cells }: RetentionFigures,
  frame: RetentionFrame,
): { cohorts: ClientCohort[]; mean: MeanCell[] } {
  const retained = new Map(cells.map((cell) => [`${cell.cohort} ${cell.k}`, cell.clients]));
  const rows = cohortsIn(frame, cohorts).map((figure): ClientCohort => {
    const cellOf = (period: Period): ClientCell => {
      const clients = retained.get(`${figure.cohort} ${period.k}`) ?? 0;
      const censored = frame.censoredAfter !== undefined && period.periodEnd > frame.censoredAfter;
      return { ...period, ...ratio(clients, figure.clients), censored };
    };
    return {
      ...headOf(figure, frame),
      cells: periodsOf(figure.cohort, frame).map(cellOf),
    };
  });
  return { cohorts: rows, mean: weightedMean(rows.flatMap((row) => row.cells)) };
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
  const brought = new Map(revenue.map((one) => [`${one.cohort} ${one.k} ${one.currency}`, one]));
  const inView = new Set(shown.map(({ cohort }) => cohort));
  const currencies = [
    ...new Set(revenue.filter(({ cohort }) => inView.has(cohort)).map((one) => one.currency)),
  ].sort();
  const rows = shown.flatMap((figure) =>
    currencies.map((currency): RevenueCohort => {
      let cumulativeMinor = 0;
      const cellOf = (period: Period): RevenueCell => {
        const cell = brought.get(`${figure.cohort} ${period.k} ${currency}`);
        const amountMinor = cell?.amountMinor ?? 0;
        cumulativeMinor += amountMinor;
        return {
          ...period,
          ...ratio(amountMinor, figure.clients),
          censored: false,
          amountMinor,
          services: cell?.services ?? 0,
          clientsServiced: cell?.clients ?? 0,
          cumulativeMinor,
          cumulativeMinorPerClient: ratio(cumulativeMinor, figure.clients).rate,
        };
      };
      return {
        ...headOf(figure, frame),
        currency,
        cells: periodsOf(figure.cohort, frame).map(cellOf),
      };
    }),
  );
  const mean = currencies.flatMap((currency) =>
    weightedMean(rows.filter((row) => row.currency === currency).flatMap((row) => row.cells)).map((cell) => ({
      currency,
      ...cell,
    })),
  );
  return { cohorts: rows, mean };
}

/** Sum of numerators over sum of denominators, for each k that has a complete cell; incomplete ones are left out. */
function weightedMean(cells: readonly RetentionCell[]): MeanCell[] {
  const sums = new Map<number, { numerator: number; denominator: number }>();
  for (const { k, numerator, denominator, complete } of cells) {
    if (!complete) continue;
    const sum = sums.get(k) ?? { numerator: 0, denominator: 0 };
    sums.set(k, { numerator: sum.numerator + numerator, denominator: sum.denominator + denominator });
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([k, { numerator, denominator }]) => ({ k, ...ratio(numerator, denominator) }));
}

function cohortsIn({ calendar, asOf, from, to }: RetentionFrame, cohorts: readonly CohortFigure[]) {
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
    .toSorted((a, b) => (a.cohort < b.cohort ? -1 : 1));
}

const headOf = ({ cohort, clients, servicesBefore }: CohortFigure, { calendar }: RetentionFrame) => ({
  cohort,
  start: calendar.startOf(cohort),
  end: calendar.endOf(cohort),
  size: clients,
  servicesBeforeConversion: servicesBefore,
});

type Period = Pick<RetentionCell, 'k' | 'period' | 'periodStart' | 'periodEnd' | 'complete'>;

/** Every period from the cohort's own on that starts before asOf. */
function periodsOf(cohort: Month, { calendar, asOf, periods = Infinity }: RetentionFrame): Period[] {
  const found: Period[] = [];
  for (let k = 0; k < periods; k++) {
    const period = calendar.plus(cohort, k);
    const periodStart = calendar.startOf(period);
    if (periodStart >= asOf) break;
    const periodEnd = calendar.endOf(period);
    found.push({ k, period, periodStart, periodEnd, complete: periodEnd <= asOf });
  }
  return found;
}

/** A rate always comes with what it is made of; without a denominator there is none, which is not the same as 0. */
const ratio = (numerator: number, denominator: number) => ({
  numerator,
  denominator,
  rate: denominator === 0 ? null : numerator / denominator,
});
