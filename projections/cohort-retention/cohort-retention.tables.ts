import type { Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';
import type { Held } from '../analytics/facts/held-client.js';
import type { Period as Month } from '../analytics/period-calendar.js';
import type { ClosureMonths, LapseMonths } from './status-months.js';

export const ANCHORS = ['converted', 'first_service'] as const;
/** What places a client in a cohort. */
export type Anchor = (typeof ANCHORS)[number];

/** What a client was served in a month: all services, and of those with an amount, the sum and the number by currency. */
export interface ServedMonth {
  readonly services: number;
  readonly amounts: Readonly<Record<string, { readonly minor: number; readonly services: number }>>;
}

/** A conversion, and the event from which it is known: of an absorbed client, the one that pools its life. */
export interface KnownConversion {
  /** the client who converted */
  readonly of: string;
  readonly at: Instant;
  readonly eventId: string;
}

/**
 * A client's life by months, with that of the clients it absorbed: it grows with the months it was served in, not with
 * its services. While it is itself merged into another it is in no cohort, and its months are the other's.
 */
export type RetentionClient = {
  client_id: string;
  /** the earliest of the conversions; null while the client is merged */
  converted_at: Instant | null;
  converted_month: Month | null;
  first_service_month: Month | null;
  /** of its services, those on record from this position on count: the conversion, or the latest restoration */
  counts_from: bigint;
  months: Readonly<Record<Month, ServedMonth>>;
  lapses: readonly LapseMonths[];
  closures: readonly ClosureMonths[];
  /** its own, and those of the clients it absorbed */
  conversions: readonly KnownConversion[];
  source: string | null;
  trade: string | null;
  client_type: string | null;
  held: readonly Held[];
};

export const retentionClient: Table<RetentionClient> = {
  name: 'retention_client',
  columns: {
    client_id: 'uuid',
    converted_at: 'timestamptz?',
    converted_month: 'text?',
    first_service_month: 'text?',
    counts_from: 'bigint',
    months: 'jsonb',
    lapses: 'jsonb',
    closures: 'jsonb',
    conversions: 'jsonb',
    source: 'text?',
    trade: 'text?',
    client_type: 'text?',
    held: 'jsonb',
  },
  key: ['client_id'],
};

/** The key of every counter begins with a cohort; `grain` is there for weeks and quarters, which are counted beside months. */
export type CohortKey = {
  anchor: Anchor;
  grain: 'month';
  cohort: Month;
};

export type RetentionCohort = CohortKey & {
  clients: number;
  services_before: number;
};

export const retentionCohort: Table<RetentionCohort> = {
  name: 'retention_cohort',
  columns: { anchor: 'text', grain: 'text', cohort: 'text', clients: 'integer', services_before: 'integer' },
  key: ['anchor', 'grain', 'cohort'],
};

export type RetentionCell = CohortKey & {
  k: number;
  clients: number;
};

export const retentionCell: Table<RetentionCell> = {
  name: 'retention_cell',
  columns: { anchor: 'text', grain: 'text', cohort: 'text', k: 'integer', clients: 'integer' },
  key: ['anchor', 'grain', 'cohort', 'k'],
};

/** How many more clients are active at the end of the k-th month than at that of the one before; at k = 0, how many are. */
export type RetentionStatus = CohortKey & {
  k: number;
  delta: number;
};

export const retentionStatus: Table<RetentionStatus> = {
  name: 'retention_status',
  columns: { anchor: 'text', grain: 'text', cohort: 'text', k: 'integer', delta: 'integer' },
  key: ['anchor', 'grain', 'cohort', 'k'],
};

/** Of the services of a cell that carry an amount in this currency: their sum, their number, their clients. */
export type RetentionRevenue = CohortKey & {
  k: number;
  currency: string;
  amount_minor: bigint;
  services: number;
  clients: number;
};

export const retentionRevenue: Table<RetentionRevenue> = {
  name: 'retention_revenue',
  columns: {
    anchor: 'text',
    grain: 'text',
    cohort: 'text',
    k: 'integer',
    currency: 'text',
    amount_minor: 'bigint',
    services: 'integer',
    clients: 'integer',
  },
  key: ['anchor', 'grain', 'cohort', 'k', 'currency'],
};
