import { noLifecycle, type Lifecycle } from '../../../src/client/lifecycle/lifecycle.evolve.js';
import type { Cause } from '../../../src/client/lifecycle/state-intervals.js';
import type { Instrument } from '../../../src/client/contact/contact.events.js';
import type { Instant } from '../../../src/schema/instant.js';
import type { LocalDay } from '../../local-day.js';
import type { TagInterval } from '../tag-intervals.js';

/** What may change a state, and the id of the event that recorded it; of several, the last. */
export type Evidence = [cause: Cause, eventId: string];

/** An event, and when it happened. */
export interface Moment {
  readonly at: Instant;
  readonly by: string;
}

/** A stretch of business time, from inclusive, to exclusive, with the events that began and ended it. */
export interface Spell {
  readonly from: Instant;
  readonly to: Instant | null;
  readonly begunBy: string;
  readonly endedBy: string | null;
}

/** What was said of one thing about a client, from a date on. */
export interface Said extends Moment {
  readonly what: SaidOf;
  readonly value: string;
}
export type SaidOf = 'clientType' | 'trade' | 'source' | 'owner';

export interface ConsentWord extends Moment {
  readonly channel: string;
  /** `any` stands for all */
  readonly kind: string;
  readonly granted: boolean;
}

/**
 * What rules ask of services, by time, as columns: a segment that is filled goes through the services of all clients, and
 * to make objects of them and their names would cost more than all else (docs/reference/performance.md).
 */
export interface ServiceColumns {
  /** when, in milliseconds since 1970, UTC */
  readonly at: readonly number[];
  /** the ids of the events that last recorded them, one after the other */
  readonly by: string;
  readonly amountMinor: readonly (number | null)[];
  readonly currency: readonly (string | null)[];
  readonly serviceType: readonly (string | null)[];
}

/** What rules ask of a service beside what its mark in the lifecycle says. */
export interface ServiceDetail {
  readonly technicians?: readonly string[];
  readonly stars?: number;
}

export interface Answer extends Moment {
  readonly instrument: Instrument;
  readonly score: number;
  readonly serviceId?: string;
}

export interface ComplaintLife extends Moment {
  /** while it was open; none of one that was resolved before it came here by a merge, for nobody passes on when */
  readonly open: readonly Spell[];
}

export interface PlanLife extends Spell {
  readonly names: readonly (Moment & { readonly name: string })[];
}

export interface InvoiceLife extends Moment {
  readonly amountMinor: number;
  readonly paidMinor: number;
  readonly dueOn?: LocalDay;
  /** when it was said to be overdue; it is so from the day after `dueOn` on in any case */
  readonly overdue?: Moment;
  /** when it was paid in full */
  readonly paid?: Moment;
}

type ById<Thing> = Readonly<Record<string, Thing>>;

/** The time in which a client can be in segments: from the beginning of its life to its merge into another. */
export interface Span extends Spell {
  /** the earliest conversion, its own or that of a client it absorbed; services may lie before it */
  readonly convertedAt: Instant;
}

/**
 * A client's whole life as rules of segments see it: plain JSON with nothing personal in it. Each part has a column of its
 * own, since a rule looks at a few of them, and a segment that is filled over all clients reads no others.
 */
export type SegmentLife = {
  /** null of a life that lasted no time */
  readonly span: Span | null;
  readonly lifecycle: Lifecycle;
  /** those of the lifecycle, as rules look at them */
  readonly services: ServiceColumns;
  /** which event recorded what of the lifecycle, in the order of recording */
  readonly evidence: readonly Evidence[];
  readonly tags: readonly TagInterval[];
  /** by business time within each thing */
  readonly said: readonly Said[];
  /** in the order of recording */
  readonly consents: readonly ConsentWord[];
  /** by the id of the service */
  readonly details: ById<ServiceDetail>;
  readonly answers: ById<Answer>;
  readonly complaints: ById<ComplaintLife>;
  readonly plans: ById<PlanLife>;
  readonly invoices: ById<InvoiceLife>;
  readonly erased: boolean;
};

export const noLife: SegmentLife = {
  span: null,
  lifecycle: noLifecycle,
  services: { at: [], by: '', amountMinor: [], currency: [], serviceType: [] },
  evidence: [],
  tags: [],
  said: [],
  consents: [],
  details: {},
  answers: {},
  complaints: {},
  plans: {},
  invoices: {},
  erased: false,
};
