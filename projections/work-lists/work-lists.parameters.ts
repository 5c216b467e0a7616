import { FOLLOW_UP_TOPICS } from '../../src/client/plans/follow-up-work.events.js';
import { PageQuery } from '../../src/http/paging.js';
import { Currency, InstantField, OneOf, Text } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { QueryFlag, QueryList } from '../../src/schema/query-fields.js';

/** What all lists of work can be asked by. */
export class WorkQuery extends PageQuery {
  @InstantField({ about: 'what falls due at this instant or later', optional: true })
  from?: Instant;

  @InstantField({ about: 'what falls due before this instant', optional: true })
  to?: Instant;

  @QueryFlag({ about: 'only what is overdue now (true), or is not yet (false)', optional: true })
  overdue?: boolean;

  @Text({ about: 'only clients that this member of the staff looks after', optional: true, max: 80 })
  owner?: string;

  @OneOf(['asc', 'desc'], {
    about: 'by when it falls due: what is due first comes first (asc) unless told',
    optional: true,
  })
  order: 'asc' | 'desc' = 'asc';
}

export class ComplaintsQuery extends WorkQuery {
  @OneOf(['open', 'resolved'], {
    about: 'open ones unless told; resolved ones are listed by when they were',
    optional: true,
  })
  state: 'open' | 'resolved' = 'open';

  @OneOf(['low', 'normal', 'high', 'critical'], { about: 'only those of this severity', optional: true })
  severity?: string;

  @Text({ about: 'only those of this category', optional: true, max: 80 })
  category?: string;

  @QueryFlag({
    about:
      'only those that repeat an earlier one, or of clients that complained before (true); only others (false)',
    optional: true,
  })
  repeated?: boolean;
}

export class BookingsQuery extends WorkQuery {
  @Text({ about: 'only visits that this technician is to make', optional: true, max: 80 })
  technician?: string;

  @Text({ about: 'only visits of this type', optional: true, max: 120 })
  serviceType?: string;
}

export class InvoicesQuery extends WorkQuery {
  @Currency({ about: 'only those in this currency', optional: true })
  currency?: string;
}

export class FollowUpsQuery extends WorkQuery {
  @Text({ about: 'only what this member of the staff is to do', optional: true, max: 80 })
  assignee?: string;

  @OneOf(FOLLOW_UP_TOPICS, { about: 'only those of this topic', optional: true })
  topic?: string;
}

export const EXPIRING = ['warranty', 'plan', 'estimate'] as const;
export type Expiring = (typeof EXPIRING)[number];

export class ExpirationsQuery extends WorkQuery {
  @QueryList({ about: 'what expires; all of it if left out', choices: EXPIRING, optional: true })
  kind: Expiring[] = [...EXPIRING];
}
