import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { Await } from '../../src/http/await-position.js';
import { Problem, type FieldError } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import { InstantField } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { QueryInteger } from '../../src/schema/query-fields.js';
import { count, instant, Ratio, ReportMeta } from '../analytics/analytics.answer.js';
import { Reports, type Frame } from '../analytics/reports.js';
import { RETENTION_FACTS } from '../analytics/facts/retention-facts.js';
import type { Sql } from '../analytics/sql.js';
import { behindCell, type Cell } from './cell-lineage.js';
import type { ClientCell, ClientCohort } from './retention.answer.js';
import { definitionOf } from './retention.definition.js';
import { contradictionsIn, RetentionParameters } from './retention.parameters.js';
import { paramsOf, retentionFigures, retentionOf } from './retention.query.js';

/** The same report as known at two moments. */
export class RestatementParameters extends RetentionParameters {
  @InstantField({ about: 'the earlier of the two moments: what was recorded before it was known' })
  declare from: Instant;

  @InstantField({ about: 'the later one; now unless told', optional: true })
  declare to?: Instant;

  @QueryInteger({
    about: 'at most so many of the events behind a changed cell',
    min: 0,
    max: 200,
    initially: 20,
  })
  events: number = 20;
}

class RestatingEvent {
  @ApiProperty({ format: 'uuid' })
  eventId!: string;

  @ApiProperty({ format: 'uuid', description: 'the client in whose history it stands' })
  clientId!: string;

  @ApiProperty(instant('when it was recorded: from `from` on, and before `to`'))
  recordedAt!: string;
}

export class RestatedCell {
  @ApiPropertyOptional({
    type: 'string',
    nullable: true,
    description: 'the group, where the report is grouped',
  })
  group?: string | null;

  @ApiProperty({ example: '2024-01' })
  cohort!: string;

  @ApiProperty(count('the cell’s k; of a bracket, its first'))
  k!: number;

  @ApiProperty({ example: '2024-03' })
  period!: string;

  @ApiProperty({ type: Ratio, description: 'as known at `from`; 0 of 0 where there was no such cell' })
  before!: Ratio;

  @ApiProperty({ type: Ratio, description: 'as known at `to`' })
  after!: Ratio;

  @ApiProperty({
    type: [RestatingEvent],
    description:
      'what was recorded in between of the clients who came into the cell or its cohort, or left it',
  })
  events!: RestatingEvent[];

  @ApiProperty(count('how many such events there are, also beyond those that are listed'))
  eventsTotal!: number;
}

export class RestatementReport {
  @ApiProperty()
  meta!: ReportMeta;

  @ApiProperty({
    type: [RestatedCell],
    description: 'the cells that changed, in order of group, cohort and k',
  })
  rows!: RestatedCell[];
}

export class GetRestatement extends Query<Snapshot<RestatementReport>> {
  constructor(
    readonly parameters: RestatementParameters,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetRestatement)
export class GetRestatementHandler implements IQueryHandler<GetRestatement> {
  constructor(private readonly reports: Reports) {}

  /** @throws Problem 400 for parameters that contradict each other or the clock; ReadModelBehind when the wait runs out */
  execute({ parameters, wait }: GetRestatement): Promise<Snapshot<RestatementReport>> {
    const { from, to, events, knownAt, ...rest } = parameters;
    // What the report calls from and to are cohorts; here they are moments of knowledge.
    const asked = Object.assign(new RetentionParameters(), rest);
    const until = to ?? this.reports.now();
    if (from >= until)
      throw Problem.badRequest([
        { path: 'from', message: `must lie before to; they are ${from} and ${until}` },
      ]);
    return this.reports.answer(
      { ...asked, ...(to === undefined ? {} : { knownAt: to }) },
      wait,
      ({ calendar }) => ({
        definition: `Cells that changed by what was recorded from ${from} on, and before knownAt, each as known at either moment, with the events of the clients who came into it or its cohort, or left. ${definitionOf(asked, calendar.zone)}`,
        params: { ...paramsOf(asked), from, to, events },
      }),
      async (sql, frame) => ({ rows: await this.restated(sql, asked, frame, from, events) }),
      [...contradictionsIn(asked), ...faultsOf({ knownAt, measure: asked.measure })],
    );
  }

  private async restated(sql: Sql, asked: RetentionParameters, now: Frame, from: Instant, most: number) {
    const then = { ...now, knownAt: from };
    const [before, after] = [await this.cells(sql, asked, then), await this.cells(sql, asked, now)];
    const changed = [...new Map([...before, ...after])].flatMap(([name, cell]) => {
      const [was, is] = [ratioOf(before.get(name)), ratioOf(after.get(name))];
      return was.numerator === is.numerator && was.denominator === is.denominator ? [] : [{ cell, was, is }];
    });
    const recorded = await recordedBetween(sql, from, now.knownAt);
    const among = [...new Set(recorded.map(({ clientId }) => clientId))];
    const rows: RestatedCell[] = [];
    for (const { cell, was, is } of changed) {
      const moved = await moversOf(
        sql,
        { ...asked, ...cell, group: cell.group ?? undefined },
        [then, now],
        among,
      );
      const events = recorded.filter(({ clientId }) => moved.has(clientId));
      const { group, cohort, k, period } = cell;
      rows.push({
        ...(group === undefined ? {} : { group }),
        ...{ cohort, k, period, before: was, after: is },
        events: events.slice(0, most),
        eventsTotal: events.length,
      });
    }
    return rows;
  }

  private async cells(sql: Sql, asked: RetentionParameters, frame: Frame): Promise<Map<string, NamedCell>> {
    const figures = await retentionFigures(sql, asked, frame, this.reports);
    const { cohorts } = retentionOf(figures, asked, frame);
    return new Map(
      cohorts.flatMap(({ group, cohort, cells }) =>
        cells.map((cell) => [JSON.stringify([group ?? null, cohort, cell.k]), { group, cohort, ...cell }]),
      ),
    );
  }
}

type NamedCell = ClientCell & Pick<ClientCohort, 'group' | 'cohort'>;

const NOBODY: Ratio = { numerator: 0, denominator: 0, rate: null };
const ratioOf = (cell: NamedCell | undefined): Ratio =>
  cell === undefined ? NOBODY : { numerator: cell.numerator, denominator: cell.denominator, rate: cell.rate };

const faultsOf = ({ knownAt, measure }: Pick<RetentionParameters, 'knownAt' | 'measure'>): FieldError[] => [
  ...(knownAt === undefined ? [] : [{ path: 'knownAt', message: 'is from and to here; leave it out' }]),
  ...(measure === 'clients'
    ? []
    : [{ path: 'measure', message: 'must be clients: money is restated with them' }]),
];

/** @returns who is in a cell at one moment and not at the other, or in its cohort */
async function moversOf(
  sql: Sql,
  cell: Omit<Cell, 'of'>,
  moments: readonly Frame[],
  among: readonly string[],
): Promise<Set<string>> {
  const moved = new Set<string>();
  for (const of of ['numerator', 'denominator'] as const)
    for (const frame of moments) {
      const { facts, with: tables, rows } = await behindCell(sql, { ...cell, of }, frame, among);
      const there = await sql.query<{ id: string }[]>(
        `${tables}, behind AS (${rows}) SELECT client_id AS id FROM behind`,
        facts.parameters,
      );
      // Whoever is there at both moments is put in and taken out again.
      for (const { id } of there) {
        const name = `${of} ${id}`;
        if (!moved.delete(name)) moved.add(name);
      }
    }
  return new Set([...moved].map((name) => name.slice(name.indexOf(' ') + 1)));
}

/** A conversion is held again when a merge is undone; it was recorded when it was first held. */
const HELD_AT_FIRST = `
  SELECT DISTINCT ON (client_id, event_id) event_id, client_id, recorded_at, position
    FROM held_client ORDER BY client_id, event_id, position`;

/** @returns what was recorded of any client from one moment on, and before another, of what retention follows from; in order */
async function recordedBetween(sql: Sql, from: Instant, to: Instant | null): Promise<RestatingEvent[]> {
  const until = to === null ? 'TRUE' : 'recorded_at < $2';
  const parts = [
    ...RETENTION_FACTS.map((table) => `SELECT event_id, client_id, recorded_at, position FROM ${table}`),
    HELD_AT_FIRST,
  ].map((facts) => `SELECT * FROM (${facts}) AS fact WHERE recorded_at >= $1 AND ${until}`);
  const found = await sql.query<{ eventId: string; clientId: string; recordedAt: Date }[]>(
    `SELECT event_id AS "eventId", client_id AS "clientId", min(recorded_at) AS "recordedAt"
     FROM (${parts.join(' UNION ALL ')}) AS recorded GROUP BY 1, 2 ORDER BY min(position)`,
    to === null ? [from] : [from, to],
  );
  return found.map(({ recordedAt, ...event }) => ({ ...event, recordedAt: recordedAt.toISOString() }));
}
