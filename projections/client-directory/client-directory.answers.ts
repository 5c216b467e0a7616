import { ApiProperty, PickType } from '@nestjs/swagger';
import { Conversion } from '../../src/client/lifecycle/lifecycle.events.js';
import { TRADES } from '../../src/client/record/details.events.js';
import { PageQuery } from '../../src/http/paging.js';
import { Currency, InstantField, OneOf, Text, Uuid } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { Flag } from '../../src/schema/value-fields.js';
import { LifetimeAmount } from '../client-card/card-things.answers.js';

/** A merged client has no place of its own in the directory: it is found as the client that lives on. */
export const STATES = ['new', 'active', 'lapsed', 'reactivated', 'closed'] as const;

export const SORTS = ['name', 'converted', 'lastService', 'lifetimeValue'] as const;
export type Sort = (typeof SORTS)[number];

export class DirectoryQuery extends PageQuery {
  @Text({
    about:
      'words of name, telephone number, e-mail, address or tags, all of which have to match: accents and capitals do not matter, parts of words do; where nothing matches, what is spelled alike is found',
    optional: true,
    max: 200,
    example: 'lovelace',
  })
  search?: string;

  @OneOf(STATES, { about: 'only clients in this state', optional: true })
  state?: string;

  @Text({ about: 'only clients with this tag', optional: true, max: 40 })
  tag?: string;

  @OneOf(['residential', 'commercial'], { about: 'only clients of this kind', optional: true })
  type?: string;

  @OneOf(TRADES, { about: 'only clients of this trade', optional: true })
  trade?: string;

  @Text({ about: 'only clients that this member of the staff looks after', optional: true, max: 80 })
  owner?: string;

  @Text({
    about: 'only clients that are in this segment now',
    optional: true,
    max: 80,
    example: 'state:lapsed',
  })
  segment?: string;

  @Currency({
    about: 'only clients with services in this currency; sorting by lifetimeValue needs it',
    optional: true,
  })
  currency?: string;

  @OneOf([...SORTS, ...SORTS.map((sort) => `-${sort}`)], {
    about:
      'ascending, with a hyphen before it descending; if left out, the best match first where there is a search, else the latest conversion',
    optional: true,
  })
  sort?: Sort | `-${Sort}`;
}

/** A line of the directory. */
export class DirectoryEntry extends PickType(Conversion, [
  'name',
  'email',
  'phone',
  'address',
  'clientType',
  'trade',
  'owner',
  'tags',
] as const) {
  @Uuid({ about: 'id of the client' })
  clientId!: string;

  @OneOf(STATES, { about: 'state of the lifecycle' })
  state!: string;

  @InstantField({ about: 'since when it is in this state' })
  stateSince!: Instant;

  @InstantField({ about: 'when the lead converted' })
  convertedAt!: Instant;

  @InstantField({ about: 'first service; absent before it', optional: true })
  firstServicedAt?: Instant;

  @InstantField({ about: 'latest service', optional: true })
  lastServicedAt?: Instant;

  @ApiProperty({ type: 'integer', description: 'how many services there were' })
  services!: number;

  @ApiProperty({ type: [LifetimeAmount], description: 'what the services came to, each currency by itself' })
  lifetime!: LifetimeAmount[];

  @InstantField({ about: 'since when the client is lapsed; absent while it is not', optional: true })
  lapsedSince?: Instant;

  @Flag({ about: 'whether the person was forgotten' })
  erased!: boolean;
}
