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

/** A conversion, and the event from which it is known: of an absorbed client, the one that pools its life. */
export interface KnownConversion {
  /** the client who converted */
  readonly of: string;
  readonly at: Instant;
  readonly eventId: string;
}

/** What was held of a client for a while: that it is one, since it converted at that instant. Positions are texts here. */
export interface HeldConversion {
  readonly at: Instant;
  readonly eventId: string;
  readonly position: string;
  readonly recordedAt: Instant;
  readonly countsFrom: string;
  readonly supersededAt: Instant | null;
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
  /** its own, and those of the clients it absorbed */
  conversions: readonly KnownConversion[];
  held: readonly HeldConversion[];
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
    conversions: 'jsonb',
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

/**
 * That a client converted, as a fact held true from `recorded_at` until `superseded_at` (exclusive; null while it is): a
 * merge ends it for the absorbed client, and may give the survivor an earlier one.
 */
export type RetentionConversion = {
  client_id: string;
  position: bigint;
  event_id: string;
  converted_at: Instant;
  recorded_at: Instant;
  superseded_at: Instant | null;
  counts_from: bigint;
};

export const retentionConversion: Table<RetentionConversion> = {
  name: 'retention_conversion',
  columns: {
    client_id: 'uuid',
    position: 'bigint',
    event_id: 'uuid',
    converted_at: 'timestamptz',
    recorded_at: 'timestamptz',
    superseded_at: 'timestamptz?',
    counts_from: 'bigint',
  },
  key: ['client_id', 'position'],
};

/**
 * A service as a fact: what an event said, with both its times. It is held true from its position on, up to a withdrawal of
 * the same service from the same client at a later position. Rows of both tables are only ever added, so what was held
 * at any moment is what they say of the positions, or record times, before it.
 */
export type RetentionService = {
  position: bigint;
  service_id: string;
  event_id: string;
  client_id: string;
  serviced_at: Instant;
  amount_minor: bigint | null;
  currency: string | null;
  recorded_at: Instant;
};

export const retentionService: Table<RetentionService> = {
  name: 'retention_service',
  columns: {
    position: 'bigint',
    service_id: 'uuid',
    event_id: 'uuid',
    client_id: 'uuid',
    serviced_at: 'timestamptz',
    amount_minor: 'bigint?',
    currency: 'text?',
    recorded_at: 'timestamptz',
  },
  // A merge brings many at one position.
  key: ['position', 'service_id'],
  // The services of a period can be counted from this index alone, which halves the time of a report as of a past day.
  indexes: [['serviced_at', 'client_id', 'currency', 'amount_minor', 'service_id', 'position']],
};

/** That a service, as recorded before this position, counts no more for the client: void, corrected, or gone to another. */
export type RetentionWithdrawal = {
  client_id: string;
  service_id: string;
  position: bigint;
  event_id: string;
  recorded_at: Instant;
};

export const retentionWithdrawal: Table<RetentionWithdrawal> = {
  name: 'retention_withdrawal',
  columns: {
    client_id: 'uuid',
    service_id: 'uuid',
    position: 'bigint',
    event_id: 'uuid',
    recorded_at: 'timestamptz',
  },
  key: ['client_id', 'service_id', 'position'],
};
