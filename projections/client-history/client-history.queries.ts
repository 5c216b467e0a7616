import { clientStream } from '../../src/client/client.events.js';
import { openedOrForgotten, placeOf, type SealedFields } from '../../src/event-store/personal-seal.js';
import type { SubjectKey } from '../../src/event-store/subject-keys.js';
import { ClientKeys } from '../../src/privacy/client-keys.js';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import type { Await } from '../../src/http/await-position.js';
import { Keyset, type Page } from '../../src/http/paging.js';
import { Problem } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import { answerOf, ReadModels } from '../read-models.js';
import type { HistoryEntry, HistoryQuery } from './client-history.answers.js';
import { CLIENT_HISTORY } from './client-history.projection.js';
import { KINDS, categoryOf } from './entry-words.js';

const unknownClient = () => Problem.unknown('there is no such client');

export class GetClientHistory extends Query<Snapshot<Page<HistoryEntry>>> {
  constructor(
    readonly clientId: string,
    readonly query: HistoryQuery,
    readonly wait?: Await,
  ) {
    super();
  }
}

/** How a page goes on after the last entry of the one before, in either order, and after what the first page begins. */
const ORDERS = {
  desc: {
    keyset: new Keyset('client-history.desc', ['instant', 'bigint']),
    first: ['infinity', '0'],
    sql: '(occurred_at, position) < ($2, $3) ORDER BY occurred_at DESC, position DESC',
  },
  asc: {
    keyset: new Keyset('client-history.asc', ['instant', 'bigint']),
    first: ['-infinity', '0'],
    sql: '(occurred_at, position) > ($2, $3) ORDER BY occurred_at, position',
  },
} as const;

@QueryHandler(GetClientHistory)
export class GetClientHistoryHandler implements IQueryHandler<GetClientHistory> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly keys: ClientKeys,
  ) {}

  /** @throws Problem 404, or 400 for a cursor that is none of this list */
  async execute({ clientId, query, wait }: GetClientHistory): Promise<Snapshot<Page<HistoryEntry>>> {
    const { keyset, first, sql } = ORDERS[query.order];
    const [at, position] = keyset.after(query) ?? first;
    return this.readModels.ask(CLIENT_HISTORY, wait, async (manager) => {
      const rows = await manager.query<EntryRow[]>(
        `SELECT event_id AS "eventId", position, revision, kind, category, occurred_at AS "occurredAt",
            recorded_at AS "recordedAt", summary, data, sealed, actor_id, actor_role, source
           FROM client_entry
          WHERE client_id = $1 AND occurred_at >= $4 AND occurred_at < $5 AND ($6::text[] IS NULL OR kind = ANY($6))
            AND ${sql} LIMIT $7`,
        [
          clientId,
          ...[at, position],
          ...[query.from ?? '-infinity', query.to ?? 'infinity'],
          query.kind ? kindsOf(query.kind) : null,
          query.limit + 1,
        ],
      );
      if (rows.length === 0 && !(await isClient(manager, clientId))) throw unknownClient();
      if (rows.some(({ sealed }) => sealed)) await this.keys.fetch([clientId]);
      const entries = rows.map((row) => entryOf(row, clientId, this.keys.peek(clientId)));
      return keyset.page(entries, query, ({ occurredAt, position }) => [occurredAt, position]);
    });
  }
}

/** @returns the event types that are meant, a category standing for all of its own */
const kindsOf = (named: readonly string[]): string[] =>
  KINDS.filter((kind) => named.includes(kind) || named.includes(categoryOf(kind)));

interface EntryRow {
  eventId: string;
  kind: string;
  data: object;
  sealed: SealedFields | null;
  actor_id: string;
  actor_role: string;
}

/** Opens what is personal for the reader. */
function entryOf({ sealed, ...row }: EntryRow, clientId: string, key: SubjectKey | undefined): HistoryEntry {
  const { actor_id, actor_role, ...entry } = answerOf<
    HistoryEntry & { actor_id: string; actor_role: string }
  >(row);
  const place = placeOf(clientStream(clientId), row.eventId, row.kind);
  const personal = sealed ? openedOrForgotten(key, place, sealed) : {};
  return { ...entry, data: { ...entry.data, ...personal }, actor: { id: actor_id, role: actor_role } };
}

async function isClient(manager: EntityManager, clientId: string): Promise<boolean> {
  return (
    (await manager.query<object[]>('SELECT FROM client_entry WHERE client_id = $1 LIMIT 1', [clientId]))
      .length > 0
  );
}
