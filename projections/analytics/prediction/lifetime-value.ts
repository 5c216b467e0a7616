import { aliveChance, expectedVisits, type BgNbd, type Lived } from './bg-nbd.js';
import { expectedSpend, type GammaGamma, type Spent } from './gamma-gamma.js';
import type { HoldoutRow, PredictedClient } from './prediction.answer.js';

/** A client as the models see it, in weeks. */
export interface History {
  readonly clientId: string;
  /** by the end of the calibration; null for who came first after it */
  readonly before: Lived | null;
  /** what it spent on average at the visits after the first, before the end of the calibration; null without any */
  readonly meanBefore: number | null;
  /** by now */
  readonly whole: Lived;
  readonly mean: number | null;
  readonly heldOut: { readonly visits: number; readonly weeks: number };
}

/** Weeks of a month, as definitions §8 has it. */
const MONTH = 4.345;
const MANY = 7;

/** @returns for clients by their visits before the holdout, what was expected of each in it, and what came */
export function holdoutOf(model: BgNbd, histories: readonly History[]): HoldoutRow[] {
  const sums = new Map<number, { clients: number; expected: number; actual: number }>();
  for (const { before, heldOut } of histories) {
    if (before === null) continue;
    const key = Math.min(before.x, MANY);
    const sum = sums.get(key) ?? { clients: 0, expected: 0, actual: 0 };
    sum.clients++;
    sum.expected += heldOut.weeks > 0 ? expectedVisits(model, before, heldOut.weeks) : 0;
    sum.actual += heldOut.visits;
    sums.set(key, sum);
  }
  return [...sums]
    .sort(([a], [b]) => a - b)
    .map(([visitsBefore, { clients, expected, actual }]) => ({
      ...{ visitsBefore, clients, expected: expected / clients, actual: actual / clients },
    }));
}

/**
 * @returns the clients worth most: CLV = E[M] Σ (E[Y(iu)] − E[Y((i−1)u)]) / (1 + d)^i over months i, where u is a month and d its
 *   discount (definitions §8); those of whom no spend is known come last, by the visits expected
 */
export function mostValuable(
  model: BgNbd,
  spend: GammaGamma | null,
  histories: readonly History[],
  { months, discountPercent, limit }: { months: number; discountPercent: number; limit: number },
): PredictedClient[] {
  const monthly = (1 + discountPercent / 100) ** (1 / 12);
  const ranked = histories.map((history) => {
    const { whole, mean } = history;
    const perVisit = spend && expectedSpend(spend, { x: whole.x, mean: mean ?? 0 });
    const visits = expectedVisits(model, whole, months * MONTH);
    return { history, perVisit, visits, worth: visits * (perVisit ?? 0) };
  });
  return ranked
    .sort((a, b) => b.worth - a.worth || b.visits - a.visits)
    .slice(0, limit)
    .map(({ history: { clientId, whole }, perVisit, visits }) => {
      let [value, so] = [0, 0];
      for (let month = 1; month <= months; month++) {
        const by = expectedVisits(model, whole, month * MONTH);
        value += (by - so) / monthly ** month;
        so = by;
      }
      return {
        clientId,
        repeatVisits: whole.x,
        aliveChance: aliveChance(model, whole),
        expectedVisits: visits,
        expectedSpendMinor: perVisit,
        valueMinor: perVisit === null ? null : perVisit * value,
      };
    });
}

/** @returns Pearson's correlation of visits and mean spend */
export function correlationOf(spent: readonly Spent[]): number {
  const n = spent.length;
  const meanOf = (of: (one: Spent) => number) => spent.reduce((sum, one) => sum + of(one), 0) / n;
  const [mx, mm] = [meanOf(({ x }) => x), meanOf(({ mean }) => mean)];
  const covariance = meanOf(({ x, mean }) => (x - mx) * (mean - mm));
  const spread = Math.sqrt(meanOf(({ x }) => (x - mx) ** 2) * meanOf(({ mean }) => (mean - mm) ** 2));
  return spread === 0 ? 0 : covariance / spread;
}
