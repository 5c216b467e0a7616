import { TRADES } from '../../src/client/record/details.events.js';
import { PageQuery } from '../../src/http/paging.js';
import { Currency, InstantField, OneOf, Text } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { QueryFlag, QueryInteger, QueryList } from '../../src/schema/query-fields.js';
import { OPPORTUNITY_KINDS, type OpportunityKind } from './opportunity.js';

export class OpportunitiesQuery extends PageQuery {
  @QueryList({ about: 'kinds of opportunity; all if left out', choices: OPPORTUNITY_KINDS, optional: true })
  kind: OpportunityKind[] = [...OPPORTUNITY_KINDS];

  @QueryInteger({
    about: 'also what becomes one within so many days, if nothing happens until then',
    min: 0,
    max: 365,
    initially: 0,
  })
  ahead: number = 0;

  @OneOf(TRADES, { about: 'only clients of this trade', optional: true })
  trade?: string;

  @Text({ about: 'only clients that this member of the staff looks after', optional: true, max: 80 })
  owner?: string;

  @Currency({ about: 'only clients whose services came to most in this currency', optional: true })
  currency?: string;
}

export class WinBacksQuery extends PageQuery {
  @OneOf(['attempt', 'organic'], {
    about: 'attempts, and what came of each (unless told); or returns that no attempt led to',
    optional: true,
  })
  kind: 'attempt' | 'organic' = 'attempt';

  @QueryFlag({
    about: 'only attempts that led to a return (true), or to none so far (false)',
    optional: true,
  })
  returned?: boolean;

  @InstantField({ about: 'attempts, or returns, at this instant or later', optional: true })
  from?: Instant;

  @InstantField({ about: 'attempts, or returns, before this instant', optional: true })
  to?: Instant;

  @Text({ about: 'only attempts of this campaign', optional: true, max: 120 })
  campaign?: string;
}
