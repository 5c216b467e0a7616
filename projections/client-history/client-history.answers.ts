import { ApiProperty, PickType } from '@nestjs/swagger';
import { Conversion } from '../../src/client/lifecycle/lifecycle.events.js';
import { PageQuery } from '../../src/http/paging.js';
import { Currency, InstantField, OneOf, Text, Uuid, WholeNumber } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { QueryList } from '../../src/schema/query-fields.js';
import { CATEGORIES, KINDS } from './entry-words.js';

export class HistoryQuery extends PageQuery {
  @QueryList({
    about: 'kinds of fact (event types) or categories of them; all if left out',
    choices: [...CATEGORIES, ...KINDS],
    optional: true,
  })
  kind?: string[];

  @InstantField({ about: 'facts that happened at this instant or later', optional: true })
  from?: Instant;

  @InstantField({ about: 'facts that happened before this instant', optional: true })
  to?: Instant;

  @OneOf(['asc', 'desc'], { about: 'by when it happened: newest first (desc) unless told', optional: true })
  order: 'asc' | 'desc' = 'desc';
}

class EntryActor {
  @Text({ about: 'id of the API key or person; `import` or `clock`' })
  id!: string;

  @Text({ about: 'the role in which it was done', example: 'staff' })
  role!: string;
}

/** One fact of a client. */
export class HistoryEntry {
  @Uuid({ about: 'id of the event' })
  eventId!: string;

  @ApiProperty({ description: 'place in the log', example: '123456' })
  position!: string;

  @WholeNumber({ about: 'number of the fact among those of the client, from 0', min: 0, max: 2_147_483_647 })
  revision!: number;

  @OneOf(KINDS, { about: 'what kind of fact it is' })
  kind!: string;

  @OneOf(CATEGORIES, { about: 'what it is about' })
  category!: string;

  @InstantField({ about: 'when it happened in the world' })
  occurredAt!: Instant;

  @InstantField({ about: 'when it was recorded' })
  recordedAt!: Instant;

  @Text({
    about: 'the fact in words, without anything personal',
    example: 'Serviced: drain cleaning, 82.00 CAD',
  })
  summary!: string;

  @ApiProperty({
    type: 'object',
    additionalProperties: true,
    description: 'the fact as recorded, personal fields included; the event reference describes its fields',
  })
  data!: object;

  @ApiProperty({ description: 'who did it' })
  actor!: EntryActor;

  @OneOf(['api', 'import', 'clock', 'automation'], { about: 'the way it came in' })
  source!: string;
}

class OpenComplaint {
  @Uuid({ about: 'id of the complaint' })
  complaintId!: string;

  @Uuid({ about: 'the service complained of', optional: true })
  serviceId?: string;

  @Text({ about: 'category', optional: true })
  category?: string;

  @Text({ about: 'severity', optional: true })
  severity?: string;

  @InstantField({ about: 'when the client complained' })
  since!: Instant;
}

class LifetimeAmount {
  @Currency({ about: 'ISO 4217 code' })
  currency!: string;

  @ApiProperty({ type: 'integer', description: 'what the services came to, in minor units' })
  amountMinor!: number;
}

const STATES = ['new', 'active', 'lapsed', 'reactivated'];

/** What is known of a client, and where the client stands. What is not known is left out. */
export class ClientCard extends Conversion {
  @Uuid({ about: 'id of the client' })
  clientId!: string;

  @OneOf(STATES, { about: 'state of the lifecycle' })
  state!: string;

  @InstantField({ about: 'when the lead converted' })
  convertedAt!: Instant;

  @InstantField({ about: 'first service; absent before it', optional: true })
  firstServicedAt?: Instant;

  @InstantField({ about: 'latest service', optional: true })
  lastServicedAt?: Instant;

  @ApiProperty({ type: 'integer', description: 'how many services there were' })
  services!: number;

  @InstantField({ about: 'since when the client is lapsed; absent while it is not', optional: true })
  lapsedSince?: Instant;

  @ApiProperty({ type: [OpenComplaint], description: 'complaints not resolved yet, the oldest first' })
  openComplaints!: OpenComplaint[];

  @ApiProperty({ type: [LifetimeAmount], description: 'what the services came to, each currency by itself' })
  lifetime!: LifetimeAmount[];

  @ApiProperty({ type: 'integer', description: 'revision of the client, as in `ETag`' })
  revision!: number;

  @ApiProperty({ description: 'place in the log of its latest fact', example: '123456' })
  position!: string;
}

export class DirectoryQuery extends PageQuery {
  @OneOf(STATES, { about: 'only clients in this state', optional: true })
  state?: string;

  @Text({ about: 'only clients with this tag', optional: true, max: 40 })
  tag?: string;
}

/** A line of the directory. */
export class DirectoryEntry extends PickType(ClientCard, [
  'clientId',
  'name',
  'state',
  'tags',
  'convertedAt',
  'firstServicedAt',
  'lastServicedAt',
  'services',
  'lapsedSince',
] as const) {}
