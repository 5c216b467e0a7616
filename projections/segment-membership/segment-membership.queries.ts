import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import { isUUID } from 'class-validator';
import { Clock } from '../../src/clock.js';
import type { Await } from '../../src/http/await-position.js';
import { Keyset, type Page, type PageQuery } from '../../src/http/paging.js';
import { Problem } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import type { Instant } from '../../src/schema/instant.js';
import { answerOf, ReadModels } from '../read-models.js';
import { BUSINESS_ZONE } from '../client-card/client-card.queries.js';
import { beingApplied } from './being-applied.js';
import { ruleContext } from './rule-context.js';
import type { RuleContext } from './rules/stays.js';
import { segmentOf, segmentsAt } from './segment-sizes.js';
import { describeSegment, stateSegments } from './segment.js';
import type {
  ClientSegments,
  MembersQuery,
  SegmentMember,
  SegmentStay,
  SegmentSummary,
} from './segment-membership.answers.js';
import { SEGMENT_MEMBERSHIP } from './segment-membership.projection.js';

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
  private readonly context: RuleContext;

  constructor(
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
    @Inject(BUSINESS_ZONE) zone: string,
  ) {
    this.context = ruleContext(zone);
  }

  /** By id. @throws Problem 400 for a cursor that is none of this list */
  async execute({ query, wait }: ListSegments): Promise<Snapshot<Page<SegmentSummary>>> {
    const [after] = byId.after(query) ?? [''];
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      const segments = await segmentsAt(manager, this.context, this.clock.now(), {
        after,
        limit: query.limit + 1,
      });
      return byId.page(await marked(manager, segments), query, ({ id }) => [id]);
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
  private readonly context: RuleContext;

  constructor(
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
    @Inject(BUSINESS_ZONE) zone: string,
  ) {
    this.context = ruleContext(zone);
  }

  /** @throws Problem 404 for what is no state and no rule's, and for a tag that nobody ever had */
  execute({ id, wait }: GetSegment): Promise<Snapshot<SegmentSummary>> {
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      await demandKnown(manager, id);
      const found = await segmentsAt(manager, this.context, this.clock.now(), { id });
      return (await marked(manager, found))[0] as SegmentSummary;
    });
  }
}

/** Tells of rules that are being applied just now. */
async function marked(manager: EntityManager, segments: SegmentSummary[]): Promise<SegmentSummary[]> {
  const filledOf = await beingApplied(manager);
  return segments.map((segment) => {
    const filled = filledOf(segment.id);
    return filled === undefined ? segment : { ...segment, filled };
  });
}

/** @throws Problem 404 */
export async function demandKnown(manager: EntityManager, id: string): Promise<void> {
  if (stateSegments.includes(id)) return;
  if (!isUUID(id, 'all') && !describeSegment(id)) throw Problem.unknown('there is no such segment');
  const [row] = await manager.query<{ known: boolean }[]>(
    `SELECT EXISTS (SELECT FROM segment_definition WHERE segment::text = $1)
         OR EXISTS (SELECT FROM segment_day WHERE segment = $1) AS known`,
    [id],
  );
  if (!row?.known) throw Problem.unknown('there is no such segment');
}

/** A page of members, and to what share of the clients the rule has been applied, while it is being applied. */
export interface MembersPage {
  readonly page: Page<SegmentMember>;
  readonly filled: number | undefined;
}

export class GetSegmentMembers extends Query<Snapshot<MembersPage>> {
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
  async execute({ id, query, asOf, withNames, wait }: GetSegmentMembers): Promise<Snapshot<MembersPage>> {
    const [since, clientId, at] = byEntry.after(query) ?? [...BEGINNING, asOf];
    if (query.asOf !== undefined && query.asOf !== at)
      throw Problem.badRequest([{ path: 'cursor', message: `belongs to the members as of ${at}` }]);
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      await demandKnown(manager, id);
      const rows = await manager.query<object[]>(
        `SELECT client_id AS "clientId", CASE WHEN $6 THEN name END AS name, ${STAY}
           FROM segment_member JOIN segment_client USING (client_id)
          WHERE segment = $1 AND entered_at < $2 AND (left_at IS NULL OR left_at >= $2)
            AND (entered_at, client_id) < ($3, $4)
            AND ($7::text IS NULL OR ${MAY_CONTACT})
          ORDER BY entered_at DESC, client_id DESC LIMIT $5`,
        [
          ...[id, at, since, clientId, query.limit + 1, withNames],
          ...[query.channel ?? null, query.kind ?? null],
        ],
      );
      const members = rows.map((row) => answerOf<SegmentMember>(row));
      const page = byEntry.page(members, query, (one) => [one.since, one.clientId, at]);
      return { page, filled: (await beingApplied(manager))(id) };
    });
  }
}

/**
 * That the client may be contacted by the channel $7 for the purpose $8, now: the last word on that purpose, or on all,
 * is a yes. It is nobody who was erased, closed for good or lives on as another.
 */
const MAY_CONTACT = `(NOT erased
  AND NOT EXISTS (SELECT FROM segment_member AS closed WHERE closed.client_id = segment_client.client_id
                    AND closed.segment = 'state:closed' AND closed.left_at IS NULL)
  AND EXISTS (SELECT FROM segment_member AS living WHERE living.client_id = segment_client.client_id
                AND living.segment LIKE 'state:%' AND living.left_at IS NULL)
  AND (SELECT word->>'granted' = 'true'
         FROM json_array_elements(consents) WITH ORDINALITY AS said (word, nth)
        WHERE word->>'channel' = $7 AND word->>'kind' IN ($8, 'any')
        ORDER BY word->>'at' DESC, nth DESC LIMIT 1))`;

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
  constructor(
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
  ) {}

  /** What time alone will bring is not among them. @throws Problem 404 */
  execute({ clientId, wait }: GetClientSegments): Promise<Snapshot<ClientSegments>> {
    const now = this.clock.now();
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      const rows = await manager.query<{ segment: string; name: string | null }[]>(
        `SELECT member.segment, revisions->-1->>'name' AS name, ${STAY}
           FROM segment_member AS member
           LEFT JOIN segment_definition AS definition ON definition.segment::text = member.segment
          WHERE client_id = $1 AND entered_at <= $2 ORDER BY entered_at DESC, member.segment`,
        [clientId, now],
      );
      // A client is always in the segment of some state, so whoever is in none does not exist.
      if (rows.length === 0) throw Problem.unknown('there is no such client');
      const stays = rows.map(({ segment, name, ...stay }) => ({
        segment: name === null ? nameOf(segment) : { id: segment, kind: 'rule' as const, name },
        ...answerOf<Omit<SegmentStay, 'segment'>>(stay),
      }));
      const isOver = ({ until }: SegmentStay) => until !== undefined && until <= now;
      return { now: stays.filter((stay) => !isOver(stay)), before: stays.filter(isOver) };
    });
  }
}

function nameOf(segment: string): Pick<SegmentSummary, 'id' | 'kind' | 'name'> {
  const { id, kind, name } = segmentOf(segment);
  return { id, kind, name };
}
