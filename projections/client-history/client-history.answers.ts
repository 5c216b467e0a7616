import { ApiProperty } from '@nestjs/swagger';
import { PageQuery } from '../../src/http/paging.js';
import { InstantField, OneOf, Text, Uuid, WholeNumber } from '../../src/schema/fields.js';
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
