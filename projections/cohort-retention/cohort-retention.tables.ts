import type { Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';
import type { Month } from './month-calendar.js';

export const ANCHORS = ['converted', 'first_service'] as const;
/** What places a client in a cohort. */
export type Anchor = (typeof ANCHORS)[number];

/** What a client was served in a month: all services, and of those with an amount, the sum and the number by currency. */
export interface ServedMonth {
  readonly services: number;
  readonly amounts: Readonly<Record<string, { readonly minor: number; readonly services: number }>>;
}

/** A service as it now stands, and the fact that says so: its recording, its correction, or the merge that brought it. */
export interface ServiceFact {
  readonly serviceId: string;
  readonly at: Instant;
  readonly amountMinor?: number;
  readonly currency?: string;
  readonly eventId: string;
  readonly recordedAt: Instant;
}

/** A conversion of the client, or of one that it absorbed. */
export interface ConversionFact {
  readonly clientId: string;
  readonly at: Instant;
  readonly eventId: string;
  readonly recordedAt: Instant;
}

/**
 * A client, and what its life comes to by months. A client that was merged into another is in no cohort: its columns are
 * empty until it is restored.
 */
export type RetentionClient = {
  client_id: string;
  converted_at: Instant | null;
  converted_month: Month | null;
  converted_recorded_at: Instant | null;
  converted_event_id: string | null;
  first_serviced_at: Instant | null;
  first_service_month: Month | null;
  months: Readonly<Record<Month, ServedMonth>>;
  merged: boolean;
  conversions: readonly ConversionFact[];
  /** by business time */
  services: readonly ServiceFact[];
};

export const retentionClient: Table<RetentionClient> = {
  name: 'retention_client',
  columns: {
    client_id: 'uuid',
    converted_at: 'timestamptz?',
    converted_month: 'text?',
    converted_recorded_at: 'timestamptz?',
    converted_event_id: 'uuid?',
    first_serviced_at: 'timestamptz?',
    first_service_month: 'text?',
    months: 'jsonb',
    merged: 'boolean',
    conversions: 'jsonb',
    services: 'jsonb',
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

/** A service of a client that is in cohorts, as it now stands. */
export type RetentionService = {
  client_id: string;
  service_id: string;
  event_id: string;
  serviced_at: Instant;
  amount_minor: bigint | null;
  currency: string | null;
  recorded_at: Instant;
};

export const retentionService: Table<RetentionService> = {
  name: 'retention_service',
  columns: {
    client_id: 'uuid',
    service_id: 'uuid',
    event_id: 'uuid',
    serviced_at: 'timestamptz',
    amount_minor: 'bigint?',
    currency: 'text?',
    recorded_at: 'timestamptz',
  },
  key: ['client_id', 'service_id'],
  // The services of a period can be counted from this index alone, which halves the time of a report as of a past day.
  indexes: [['serviced_at', 'client_id', 'currency', 'amount_minor']],
};
