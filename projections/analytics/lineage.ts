import type { Type } from '@nestjs/common';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Await } from '../../src/http/await-position.js';
import { Keyset, PageQuery } from '../../src/http/paging.js';
import { Problem, type FieldError } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import type { Instant } from '../../src/schema/instant.js';
import { Text } from '../../src/schema/fields.js';
import { Cursor, QueryInteger } from '../../src/schema/query-fields.js';
import { count, ReportMeta } from './analytics.answer.js';
import type { HeldFacts } from './held.js';
import { isPeriod, type Grain } from './period-calendar.js';
import type { Frame, ReportParameters, Reports, Said } from './reports.js';
import type { Sql } from './sql.js';

/**
 * Every figure of a report opens into the clients that it counts, each with the events that make it one of them. A measure
 * gives the rows behind a figure as SQL (`Behind`); paging, both times and the answer are the same for all of them.
 */
export interface LineageParameters extends PageQuery, InGroup {}

/** Which part of a grouped report. */
export interface InGroup {
  readonly group?: string | undefined;
}

/** @returns a class of parameters: those of a report, and which page of which group is wanted */
export function lineageOf<Parameters extends object>(
  report: Type<Parameters>,
): Type<Parameters & LineageParameters> {
  class Lineage extends (report as Type<object>) {
    @Text({ about: 'groupBy: of which group; without it, of the clients that have none', optional: true })
    group?: string;

    @QueryInteger({ about: 'at most so many items', min: 1, max: 200, initially: 50 })
    limit: number = 50;

    @Cursor({ about: 'where the page before ended: its `nextCursor`, unchanged', optional: true })
    cursor?: string;
  }
  return Lineage as unknown as Type<Parameters & LineageParameters>;
}

export class LineageItem {
  @ApiProperty({ format: 'uuid' })
  clientId!: string;

  @ApiProperty({
    type: [String],
    description: 'the events that make it count, in order of the time at which they happened',
  })
  eventIds!: string[];
}

export class LineagePage {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty(count('how many there are on all pages: the figure itself'))
  total!: number;

  @ApiProperty({ type: [LineageItem] })
  items!: LineageItem[];

  @ApiPropertyOptional({ description: 'give it as `cursor` for the next page; absent on the last' })
  nextCursor?: string;
}

/** What stands behind a figure, in SQL. */
export interface Behind {
  readonly facts: HeldFacts;
  /** tables that go before */
  readonly with: string;
  /** a SELECT with client_id, at and event_ids (uuid[]); a row for each unit of the figure, no two of a client at one instant */
  readonly rows: string;
}

/** By client, then by time. The last two are asOf and knownAt of the first page, since "now" is another instant on every page. */
const byClient = new Keyset('analytics.lineage', ['uuid', 'instant', 'instant', 'instant']);

/**
 * @param behind gives the rows behind the figure that the parameters name
 * @throws Problem 400 for a cursor that is none of this list, or that belongs to another asOf or knownAt
 */
export async function openFigure(
  reports: Reports,
  asked: ReportParameters & LineageParameters,
  wait: Await | undefined,
  said: (frame: Frame) => Said,
  behind: (sql: Sql, frame: Frame) => Promise<Behind>,
  contradictions: readonly FieldError[] = [],
): Promise<Snapshot<LineagePage>> {
  const after = byClient.after(asked);
  const parameters = after === null ? asked : { ...asked, ...timesOf(asked, after[2], after[3]) };
  const { result, ...progress } = await reports.answer(
    parameters,
    wait,
    said,
    async (sql, frame) => {
      const { facts, with: tables, rows } = await behind(sql, frame);
      const named = `${tables}, behind AS (${rows})`;
      const [{ total }] = await sql.query<[{ total: number }]>(
        `${named} SELECT count(*)::int AS total FROM behind`,
        facts.parameters,
      );
      const from =
        after === null
          ? ''
          : `WHERE (client_id, at) > (${facts.bind(after[0])}::uuid, ${facts.bind(after[1])}::timestamptz)`;
      const found = await sql.query<(LineageItem & { at: Date })[]>(
        `${named} SELECT client_id AS "clientId", at, event_ids AS "eventIds" FROM behind ${from}
         ORDER BY client_id, at LIMIT ${facts.bind(asked.limit + 1)}`,
        facts.parameters,
      );
      return { total, found };
    },
    contradictions,
  );
  const { meta, total, found } = result;
  const page = byClient.page(found, asked, ({ clientId, at }) => [
    clientId,
    at.toISOString(),
    meta.asOf,
    meta.knownAt,
  ]);
  const items = page.items.map(({ clientId, eventIds }) => ({ clientId, eventIds }));
  return { ...progress, result: { meta, total, ...page, items } };
}

function timesOf({ asOf, knownAt }: ReportParameters, first: Instant, known: Instant) {
  if ((asOf !== undefined && asOf !== first) || (knownAt !== undefined && knownAt !== known))
    throw Problem.badRequest([
      { path: 'cursor', message: `belongs to a list as of ${first}, known at ${known}` },
    ]);
  return { asOf: first, knownAt: known };
}

/** A figure of a period that a report names, and of a group where it is grouped. */
interface PeriodFigure {
  readonly period: string;
  readonly figure: string;
  readonly grain: Grain;
  readonly from?: string;
  readonly to?: string;
}

/**
 * Opens a figure that a report has for each period.
 * @param reportSaid what the report says of itself
 * @throws Problem 400 as `openFigure`, and for a period that there is not
 */
export function openPeriodFigure(
  reports: Reports,
  asked: ReportParameters & LineageParameters & PeriodFigure,
  wait: Await | undefined,
  reportSaid: (frame: Frame) => Said,
  behind: (sql: Sql, frame: Frame) => Promise<Behind>,
): Promise<Snapshot<LineagePage>> {
  const { period, figure, group } = asked;
  const said = (frame: Frame): Said => {
    const { definition, params } = reportSaid(frame);
    return {
      definition: `The clients behind ${figure} of ${period}. ${definition}`,
      params: { ...params, period, figure, group },
    };
  };
  return openFigure(reports, asked, wait, said, behind, [...strayGroup(asked), ...periodFaults(asked)]);
}

/** @returns SQL that holds of rows with `in_group` in the group that is asked for; of all where nothing is grouped */
export function inGroup(
  { groupBy, group }: Pick<ReportParameters, 'groupBy'> & InGroup,
  facts: HeldFacts,
): string {
  if (groupBy === undefined) return 'TRUE';
  return group === undefined ? 'in_group IS NULL' : `in_group = ${facts.bind(group)}`;
}

/** @returns what is wrong where a group is named and nothing is grouped */
export const strayGroup = ({ groupBy, group }: Pick<ReportParameters, 'groupBy'> & InGroup): FieldError[] =>
  group !== undefined && groupBy === undefined
    ? [{ path: 'group', message: 'belongs to groupBy; leave it out' }]
    : [];

/** @returns what is wrong with the period whose figure is asked for */
const periodFaults = ({ period, grain, from, to }: PeriodFigure): FieldError[] => [
  ...(isPeriod(period, grain)
    ? []
    : [{ path: 'period', message: `must be a ${grain} as the report names it` }]),
  ...Object.entries({ from, to }).flatMap(([path, value]) =>
    value === undefined ? [] : [{ path, message: 'belongs to the report; leave it out' }],
  ),
];
