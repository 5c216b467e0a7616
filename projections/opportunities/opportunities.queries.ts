import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../src/http/await-position.js';
import { Keyset, type Page } from '../../src/http/paging.js';
import { Problem } from '../../src/http/problem.js';
import { refuseEmptySpan } from '../../src/http/span.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { CLIENT_RECORD } from '../client-record/client-record.projection.js';
import type { Amount } from '../client-record/life-figures.js';
import { answerOf, ReadModels } from '../read-models.js';
import { reasonInWords } from './opportunity-words.js';
import type { ListedOpportunity, ListedWinBack } from './opportunities.answers.js';
import type { OpportunitiesQuery, WinBacksQuery } from './opportunities.parameters.js';
import { opportunitiesSql, type ReasonToday } from './opportunities-sql.js';

export class ListOpportunities extends Query<Snapshot<Page<ListedOpportunity>>> {
  constructor(
    readonly query: OpportunitiesQuery,
    readonly now: Instant,
    readonly wait?: Await,
  ) {
    super();
  }
}

interface OpportunityRow {
  kind: ListedOpportunity['kind'];
  rank: string;
  clientId: string;
  subject: string;
  currency: string | null;
  fromAt: Date;
  reason: ReasonToday;
  state: string;
  lifetime: Amount[];
}

const byWorth = new Keyset('opportunities', ['bigint', 'uuid', 'text', 'text']);

@QueryHandler(ListOpportunities)
export class ListOpportunitiesHandler implements IQueryHandler<ListOpportunities> {
  constructor(private readonly readModels: ReadModels) {}

  /** @throws Problem 400 for a cursor that is none of this list */
  execute({ query, now, wait }: ListOpportunities): Promise<Snapshot<Page<ListedOpportunity>>> {
    const by = plusDays(now, query.ahead);
    const { text, values } = opportunitiesSql({ query, by, after: byWorth.after(query) });
    return this.readModels.ask(CLIENT_RECORD, wait, async (manager) => {
      const rows = await manager.query<OpportunityRow[]>(text, values);
      const page = byWorth.page(rows, query, ({ rank, clientId, kind, subject }) => {
        return [rank, clientId, kind, subject];
      });
      return { ...page, items: page.items.map((row) => listed(row, now)) };
    });
  }
}

function listed(row: OpportunityRow, now: Instant): ListedOpportunity {
  const {
    rank: _rank,
    subject: _subject,
    currency: _currency,
    fromAt,
    reason: stored,
    state,
    ...client
  } = row;
  const reason = canonical(stored);
  const { kind: _kind, ...figures } = reason;
  return {
    ...answerOf<ListedOpportunity>(client),
    clientState: state,
    since: fromAt.toISOString(),
    why: reasonInWords(reason, row.lifetime, now),
    figures,
  };
}

/** PostgreSQL writes an instant into JSON in a form of its own. */
const canonical = (reason: ReasonToday): ReasonToday =>
  'since' in reason ? { ...reason, since: new Date(reason.since).toISOString() } : reason;

export class ListWinBacks extends Query<Snapshot<Page<ListedWinBack>>> {
  constructor(
    readonly query: WinBacksQuery,
    readonly wait?: Await,
  ) {
    super();
  }
}

const WIN_BACKS = `
  SELECT win_back_id AS "winBackId", client_id AS "clientId", organic, at, attempt, returned_at AS "returnedAt",
      service_id AS "serviceId", days, win_back.services, revenue, r.name, r.phone, r.email, r.owner,
      r.state AS "clientState"
    FROM win_back JOIN client_record AS r USING (client_id)
   WHERE organic = $1 AND at >= $2 AND at < $3 AND ($4::boolean IS NULL OR (returned_at IS NOT NULL) = $4)
     AND ($5::text IS NULL OR attempt ->> 'campaign' = $5) AND (at, win_back_id) < ($6, $7)
   ORDER BY at DESC, win_back_id DESC LIMIT $8`;

const byTime = new Keyset('win-backs', ['instant', 'uuid']);
const END = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

@QueryHandler(ListWinBacks)
export class ListWinBacksHandler implements IQueryHandler<ListWinBacks> {
  constructor(private readonly readModels: ReadModels) {}

  /** The latest first. @throws Problem 400 for what no return without an attempt has, or a cursor that is none of this list */
  execute({ query, wait }: ListWinBacks): Promise<Snapshot<Page<ListedWinBack>>> {
    const { kind, from, to, returned, campaign } = query;
    const attempts = Object.entries({ returned, campaign }).filter(([, value]) => value !== undefined);
    if (kind === 'organic' && attempts.length > 0)
      throw Problem.badRequest(
        attempts.map(([path]) => ({ path, message: 'is asked of attempts: leave it out' })),
      );
    refuseEmptySpan(query);
    return this.readModels.ask(CLIENT_RECORD, wait, async (manager) => {
      const rows = await manager.query<(ListedWinBack & { attempt: object | null })[]>(WIN_BACKS, [
        ...[kind === 'organic', from ?? '-infinity', to ?? 'infinity', returned ?? null, campaign ?? null],
        ...(byTime.after(query) ?? END),
        query.limit + 1,
      ]);
      const listed = rows.map(({ attempt, ...row }) => ({ ...answerOf<ListedWinBack>(row), ...attempt }));
      return byTime.page(listed, query, ({ at, winBackId }) => [at, winBackId]);
    });
  }
}
