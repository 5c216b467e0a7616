import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import type { Await } from '../../src/http/await-position.js';
import { Keyset, type Page, type PageQuery } from '../../src/http/paging.js';
import { Problem } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import type { Instant } from '../../src/schema/instant.js';
import { answerOf, ReadModels } from '../read-models.js';
import { describeSegment, stateSegments, type Segment } from './segment.js';
import type {
  ClientSegments,
  MembersQuery,
  SegmentMember,
  SegmentStay,
  SegmentSummary,
} from './segment-membership.answers.js';
import { SEGMENT_MEMBERSHIP } from './segment-membership.projection.js';

type Size = { id: string; size: number; everSize: number };

/** The segments there are: the states, and every tag that somebody had for a while. */
const SIZES = `SELECT id, coalesce(members, 0) AS size, coalesce(ever_members, 0) AS "everSize"
  FROM (SELECT coalesce(always.id, segment) COLLATE "C" AS id, members, ever_members
          FROM unnest($1::text[]) AS always(id) FULL JOIN segment_size ON segment = always.id) AS segments`;

function summaryOf({ id, size, everSize }: Size): SegmentSummary {
  return { ...segmentOf(id), size, everSize };
}

function segmentOf(id: string): Segment {
  const segment = describeSegment(id);
  if (!segment) throw new Error(`segment ${id} is neither a state nor a tag`);
  return segment;
}

export class ListSegments extends Query<Snapshot<Page<SegmentSummary>>> {
  constructor(
    readonly query: PageQuery,
    readonly wait?: Await,
  ) {
    super();
  }
}

const byId = new Keyset('segments.id', ['text']);

@QueryHandler(ListSegments)
export class ListSegmentsHandler implements IQueryHandler<ListSegments> {
  constructor(private readonly readModels: ReadModels) {}

  /** By id. @throws Problem 400 for a cursor that is none of this list */
  async execute({ query, wait }: ListSegments): Promise<Snapshot<Page<SegmentSummary>>> {
    const [after] = byId.after(query) ?? [''];
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      const sql = `${SIZES} WHERE id > $2 ORDER BY id LIMIT $3`;
      const rows = await manager.query<Size[]>(sql, [stateSegments, after, query.limit + 1]);
      return byId.page(rows.map(summaryOf), query, ({ id }) => [id]);
    });
  }
}

export class GetSegment extends Query<Snapshot<SegmentSummary>> {
  constructor(
    readonly id: string,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetSegment)
export class GetSegmentHandler implements IQueryHandler<GetSegment> {
  constructor(private readonly readModels: ReadModels) {}

  /** @throws Problem 404 for what is no state, and for a tag that nobody ever had */
  execute({ id, wait }: GetSegment): Promise<Snapshot<SegmentSummary>> {
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, (manager) => known(manager, id));
  }
}

async function known(manager: EntityManager, id: string): Promise<SegmentSummary> {
  const segment = describeSegment(id);
  const sizes = segment && (await manager.query<Size[]>(`${SIZES} WHERE id = $2`, [stateSegments, id]));
  if (!sizes?.[0]) throw Problem.unknown('there is no such segment');
  return summaryOf(sizes[0]);
}

export class GetSegmentMembers extends Query<Snapshot<Page<SegmentMember>>> {
  /**
   * @param asOf exclusive: facts that happened before it count. Later pages keep to the first one's.
   * @param withNames whether the caller may see who the members are
   */
  constructor(
    readonly id: string,
    readonly query: MembersQuery,
    readonly asOf: Instant,
    readonly withNames: boolean,
    readonly wait?: Await,
  ) {
    super();
  }
}

/** The third value is the `asOf` of the list, since "now" is another instant on every page. */
const byEntry = new Keyset('segment-members.entered', ['instant', 'uuid', 'instant']);
const BEGINNING = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

@QueryHandler(GetSegmentMembers)
export class GetSegmentMembersHandler implements IQueryHandler<GetSegmentMembers> {
  constructor(private readonly readModels: ReadModels) {}

  /** Latest entered first. @throws Problem 404, or 400 for a cursor that is none of this list or of another asOf */
  async execute({
    id,
    query,
    asOf,
    withNames,
    wait,
  }: GetSegmentMembers): Promise<Snapshot<Page<SegmentMember>>> {
    const [since, clientId, at] = byEntry.after(query) ?? [...BEGINNING, asOf];
    if (query.asOf !== undefined && query.asOf !== at)
      throw Problem.badRequest([{ path: 'cursor', message: `belongs to the members as of ${at}` }]);
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      await known(manager, id);
      const rows = await manager.query<object[]>(
        `SELECT client_id AS "clientId", CASE WHEN $6 THEN name END AS name, ${STAY}
           FROM segment_member JOIN segment_client USING (client_id)
          WHERE segment = $1 AND entered_at < $2 AND (left_at IS NULL OR left_at >= $2)
            AND (entered_at, client_id) < ($3, $4)
          ORDER BY entered_at DESC, client_id DESC LIMIT $5`,
        [id, at, since, clientId, query.limit + 1, withNames],
      );
      const members = rows.map((row) => answerOf<SegmentMember>(row));
      return byEntry.page(members, query, ({ since, clientId }) => [since, clientId, at]);
    });
  }
}

const STAY = 'entered_at AS since, left_at AS until, entered_by AS "enteredBy", left_by AS "leftBy"';

export class GetClientSegments extends Query<Snapshot<ClientSegments>> {
  constructor(
    readonly clientId: string,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetClientSegments)
export class GetClientSegmentsHandler implements IQueryHandler<GetClientSegments> {
  constructor(private readonly readModels: ReadModels) {}

  /** @throws Problem 404 */
  execute({ clientId, wait }: GetClientSegments): Promise<Snapshot<ClientSegments>> {
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      const rows = await manager.query<{ segment: string }[]>(
        `SELECT segment, ${STAY} FROM segment_member WHERE client_id = $1
          ORDER BY entered_at DESC, segment`,
        [clientId],
      );
      // A client is always in the segment of some state, so whoever is in none does not exist.
      if (rows.length === 0) throw Problem.unknown('there is no such client');
      const stays = rows.map(({ segment, ...stay }) => {
        const { id, kind, name } = segmentOf(segment);
        return { segment: { id, kind, name }, ...answerOf<Omit<SegmentStay, 'segment'>>(stay) };
      });
      return {
        now: stays.filter(({ until }) => until === undefined),
        before: stays.filter(({ until }) => until !== undefined),
      };
    });
  }
}
