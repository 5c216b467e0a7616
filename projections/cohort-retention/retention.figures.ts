import type { EntityManager } from 'typeorm';
import type { Instant } from '../../src/schema/instant.js';
import type { Anchor } from './cohort-retention.tables.js';
import type { Period as Month, PeriodCalendar } from '../analytics/period-calendar.js';

export const MODES = ['bounded', 'unbounded'] as const;
/** Which services keep a client in a cell: those of its period, or also those of any later one. */
export type Mode = (typeof MODES)[number];

export const MEASURES = ['clients', 'revenue'] as const;
export type Measure = (typeof MEASURES)[number];

/** What a report is made from, however it was counted. Only what the measure needs is there. */
export interface RetentionFigures {
  readonly cohorts: readonly CohortFigure[];
  /** sparse: a cell without clients is not there, and none has k < 0 */
  readonly cells: readonly CellFigure[];
  readonly revenue: readonly RevenueFigure[];
}

export interface CohortFigure {
  readonly cohort: Month;
  readonly clients: number;
  /** services in periods before the cohort's own */
  readonly servicesBefore: number;
}

export interface CellFigure {
  readonly cohort: Month;
  readonly k: number;
  /** distinct clients with at least one service of index k; in mode unbounded, of index k or higher */
  readonly clients: number;
}

/** Of the services of a cell that carry an amount in the currency. */
export interface RevenueFigure extends CellFigure {
  readonly currency: string;
  readonly amountMinor: number;
  readonly services: number;
}

/** Which facts count, whose months they fall into, and what is counted. */
export interface FiguresQuestion {
  readonly anchor: Anchor;
  readonly measure: Measure;
  readonly calendar: PeriodCalendar;
  /** exclusive, for conversions and services alike */
  readonly asOf: Instant;
}

/** Runs SQL, all of it on one state of the tables. */
export type Sql = Pick<EntityManager, 'query'>;

/** A question about what was held at a moment, and not about all that is on record now. */
export interface FactsQuestion extends FiguresQuestion {
  /** mode unbounded asks for clients alone */
  readonly mode: Mode;
  /** exclusive, of record time; null for all that is on record */
  readonly knownAt: Instant | null;
}

/**
 * Which rows of `fact_service`, joined to a row with the client's `counts_from`, are of services that count: of the
 * life that the client has now, and withdrawn by no later fact.
 */
export const COUNTS = countsWhere('TRUE', 'TRUE');

/**
 * @param serviceKnown what else must hold of a service, in SQL
 * @param withdrawalKnown and of `gone`, the withdrawal that makes it count no more
 */
export function countsWhere(serviceKnown: string, withdrawalKnown: string): string {
  return `fact_service.position >= counts_from AND ${serviceKnown} AND NOT EXISTS (
    SELECT FROM fact_withdrawal AS gone
    WHERE gone.kind = 'service' AND gone.client_id = fact_service.client_id AND gone.item_id = fact_service.service_id
      AND gone.position > fact_service.position AND ${withdrawalKnown})`;
}

/** A cell as counted from services; without a currency: of all services, or, where currencies are told apart, of those without an amount. */
export interface CountedCell extends CellFigure {
  readonly currency: string | null;
  readonly services: number;
  /** 64 bits or more, so it comes as text */
  readonly amountMinor: string | null;
}

/** What counted cells come to, as the measure sees them. */
export function cellFigures(
  counted: readonly CountedCell[],
  measure: Measure,
): Pick<RetentionFigures, 'cells' | 'revenue'> {
  if (measure === 'clients')
    return { cells: counted.map(({ cohort, k, clients }) => ({ cohort, k, clients })), revenue: [] };
  const revenue = counted.flatMap(({ currency, ...cell }) =>
    currency === null ? [] : [withNumericAmount({ ...cell, currency })],
  );
  return { cells: [], revenue };
}

/** As numbers, sums are exact up to 9 × 10^15 minor units. */
export const withNumericAmount = <Row extends { amountMinor: unknown }>(row: Row) => ({
  ...row,
  amountMinor: Number(row.amountMinor),
});
