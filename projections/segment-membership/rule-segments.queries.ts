import { setImmediate } from 'node:timers/promises';
import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import { Clock } from '../../src/clock.js';
import type { Await } from '../../src/http/await-position.js';
import { Problem } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import type { Instant } from '../../src/schema/instant.js';
import type { Rule } from '../../src/segment/rule.js';
import { periodCalendar } from '../analytics/period-calendar.js';
import { BUSINESS_ZONE } from '../client-card/client-card.queries.js';
import { ReadModels } from '../read-models.js';
import type { SegmentClientRow } from './life/segment-client.js';
import { cutsOnRecord } from './rfm-cut.js';
import { ruleContext } from './rule-context.js';
import type { HistoryQuery, MemberReason, SegmentHistory, SegmentPreview } from './rule-segments.answers.js';
import { ruleInWords } from './rules/rule-in-words.js';
import { partsOf } from './rules/rule-parts.js';
import { reasonsAt, staysOf, type Reason } from './rules/stays.js';
import { revisionAt, type Revision } from './segment-definition.js';
import { SEGMENT_MEMBERSHIP } from './segment-membership.projection.js';
import { demandKnown } from './segment-membership.queries.js';
import { segmentOf } from './segment-sizes.js';

/** Clients that a preview looks at before it lets others have their turn. */
const CHUNK = 500;
/** How long, in ms, a preview looks at clients. */
const PATIENCE = 5_000;
const SAMPLE = 20;
const FIRST = '00000000-0000-0000-0000-000000000000';

export class PreviewSegment extends Query<Snapshot<SegmentPreview>> {
  constructor(
    readonly rule: Rule,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(PreviewSegment)
export class PreviewSegmentHandler implements IQueryHandler<PreviewSegment> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
    @Inject(BUSINESS_ZONE) private readonly zone: string,
  ) {}

  /** Goes through the clients in chunks, for so long at most; ids are random, so a part of them is a fair sample. */
  execute({ rule, wait }: PreviewSegment): Promise<Snapshot<SegmentPreview>> {
    const now = this.clock.now();
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      const context = ruleContext(this.zone, await cutsOnRecord(manager));
      const isIn = (client: SegmentClientRow): boolean =>
        staysOf(rule, client, context).some(({ from, to }) => from <= now && (to === null || to > now));
      const until = performance.now() + PATIENCE;
      const preview = { words: ruleInWords(rule), count: 0, examined: 0, complete: false };
      const sample: SegmentPreview['sample'] = [];
      let after: string | undefined = FIRST;
      while (after !== undefined && performance.now() < until) {
        const clients: SegmentClientRow[] = await manager.query(
          `SELECT client_id, name, ${partsOf(rule).join(', ')} FROM segment_client
            WHERE client_id > $1 ORDER BY client_id LIMIT $2`,
          [after, CHUNK],
        );
        const members = clients.filter(isIn);
        for (const { client_id, name } of members.slice(0, SAMPLE - sample.length))
          sample.push({ clientId: client_id, ...(name === null ? {} : { name }) });
        preview.count += members.length;
        preview.examined += clients.length;
        after = clients.length < CHUNK ? undefined : clients.at(-1)?.client_id;
        await setImmediate();
      }
      return { ...preview, complete: after === undefined, sample };
    });
  }
}

export class GetMemberReason extends Query<Snapshot<MemberReason>> {
  /** @param asOf inclusive: what happened at that very instant counts */
  constructor(
    readonly id: string,
    readonly clientId: string,
    readonly asOf: Instant,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(GetMemberReason)
export class GetMemberReasonHandler implements IQueryHandler<GetMemberReason> {
  constructor(
    private readonly readModels: ReadModels,
    @Inject(BUSINESS_ZONE) private readonly zone: string,
  ) {}

  /** @throws Problem 404 for a segment or a client that is not there */
  execute({ id, clientId, asOf, wait }: GetMemberReason): Promise<Snapshot<MemberReason>> {
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      await demandKnown(manager, id);
      const [client]: SegmentClientRow[] = await manager.query(
        'SELECT * FROM segment_client WHERE client_id = $1',
        [clientId],
      );
      if (!client) throw Problem.unknown('there is no such client');
      const [stay]: { entered_by: string | null }[] = await manager.query(
        `SELECT entered_by FROM segment_member WHERE segment = $1 AND client_id = $2 AND entered_at <= $3
            AND (left_at IS NULL OR left_at > $3)`,
        [id, clientId, asOf],
      );
      const [definition]: { revisions: Revision[] }[] = await manager.query(
        'SELECT revisions FROM segment_definition WHERE segment::text = $1',
        [id],
      );
      const reason: Reason = definition
        ? reasonsAt(
            revisionAt(definition, asOf).rule,
            client,
            asOf,
            ruleContext(this.zone, await cutsOnRecord(manager)),
          )
        : {
            ...{ holds: stay !== undefined, words: segmentOf(id).description },
            eventIds: stay?.entered_by ? [stay.entered_by] : [],
          };
      return { clientId, asOf, member: stay !== undefined, reason };
    });
  }
}

export class GetSegmentHistory extends Query<Snapshot<SegmentHistory>> {
  constructor(
    readonly id: string,
    readonly query: HistoryQuery,
    readonly wait?: Await,
  ) {
    super();
  }
}

const MOST_PERIODS = 520;

@QueryHandler(GetSegmentHistory)
export class GetSegmentHistoryHandler implements IQueryHandler<GetSegmentHistory> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly clock: Clock,
    @Inject(BUSINESS_ZONE) private readonly zone: string,
  ) {}

  /** @throws Problem 404, or 400 for a span that is empty or too long */
  execute({ id, query, wait }: GetSegmentHistory): Promise<Snapshot<SegmentHistory>> {
    const calendar = periodCalendar(this.zone, query.grain ?? 'month');
    const now = this.clock.now();
    const to = query.to !== undefined && query.to < now ? query.to : now;
    const last = calendar.periodOf(to);
    const first = query.from === undefined ? calendar.plus(last, -11) : calendar.periodOf(query.from);
    const periods = calendar.between(first, last) + 1;
    if (periods < 1)
      throw Problem.badRequest([{ path: 'from', message: 'must lie before `to` and before now' }]);
    if (periods > MOST_PERIODS)
      throw Problem.badRequest([
        { path: 'from', message: `must lie within ${MOST_PERIODS} periods of \`to\`` },
      ]);
    return this.readModels.ask(SEGMENT_MEMBERSHIP, wait, async (manager) => {
      await demandKnown(manager, id);
      const days: { day: string; entered: number; left: number }[] = await manager.query(
        `SELECT day::text, entered, left_it AS left FROM segment_day WHERE segment = $1 AND day <= $2::date`,
        [id, periodCalendar(this.zone, 'day').periodOf(now)],
      );
      const counted = new Map<string, { entered: number; left: number }>();
      let size = 0;
      for (const { day, entered, left } of days) {
        const period = calendar.periodOf(calendar.startOfDay(day));
        const before = counted.get(period) ?? { entered: 0, left: 0 };
        if (period < first) size += entered - left;
        else counted.set(period, { entered: before.entered + entered, left: before.left + left });
      }
      const all = Array.from({ length: periods }, (_, n) => calendar.plus(first, n));
      return {
        periods: all.map((period) => {
          const { entered, left } = counted.get(period) ?? { entered: 0, left: 0 };
          size += entered - left;
          return { period, entered, left, size };
        }),
      };
    });
  }
}
