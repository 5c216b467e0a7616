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
import type {
  ClientCard,
  DirectoryEntry,
  DirectoryQuery,
  HistoryEntry,
  HistoryQuery,
} from './client-history.answers.js';
import { CLIENT_HISTORY } from './client-history.projection.js';
import { KINDS, categoryOf } from './entry-words.js';

const unknownClient = () => Problem.unknown('there is no such client');

export class GetClientCard extends Query<Snapshot<ClientCard>> {
  constructor(
    readonly clientId: string,
    readonly wait?: Await,
  ) {
    super();
  }
}

const CARD_COLUMNS = `client_id AS "clientId", revision, position, name, email, phone, address, lead_source AS source,
  channel, referrer_id AS "referrerId", client_type AS "clientType", trade, owner, tags, state,
  converted_at AS "convertedAt", first_serviced_at AS "firstServicedAt", last_serviced_at AS "lastServicedAt", services,
  lapsed_since AS "lapsedSince", open_complaints AS "openComplaints", lifetime`;

@QueryHandler(GetClientCard)
export class GetClientCardHandler implements IQueryHandler<GetClientCard> {
  constructor(private readonly readModels: ReadModels) {}

  /** @throws Problem 404 */
  execute({ clientId, wait }: GetClientCard): Promise<Snapshot<ClientCard>> {
    return this.readModels.ask(CLIENT_HISTORY, wait, async (manager) => {
      const sql = `SELECT ${CARD_COLUMNS} FROM client_record WHERE client_id = $1`;
      const [row] = await manager.query<object[]>(sql, [clientId]);
      if (!row) throw unknownClient();
      return answerOf<ClientCard>(row);
    });
  }
}

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
    (await manager.query<object[]>('SELECT FROM client_record WHERE client_id = $1', [clientId])).length > 0
  );
}

export class ListClients extends Query<Snapshot<Page<DirectoryEntry>>> {
  constructor(
    readonly query: DirectoryQuery,
    readonly wait?: Await,
  ) {
    super();
  }
}

const directory = new Keyset('clients.converted', ['instant', 'uuid']);
const BEGINNING = ['infinity', 'ffffffff-ffff-ffff-ffff-ffffffffffff'] as const;

@QueryHandler(ListClients)
export class ListClientsHandler implements IQueryHandler<ListClients> {
  constructor(private readonly readModels: ReadModels) {}

  /** Latest conversion first. @throws Problem 400 for a cursor that is none of this list */
  async execute({ query, wait }: ListClients): Promise<Snapshot<Page<DirectoryEntry>>> {
    const { state, tag, limit } = query;
    const [convertedAt, clientId] = directory.after(query) ?? BEGINNING;
    // Spelled apart, so that the planner can begin with a tag that few have.
    const tagged =
      tag === undefined
        ? '$4::text IS NULL'
        : 'client_id IN (SELECT client_id FROM client_tag WHERE tag = $4)';
    return this.readModels.ask(CLIENT_HISTORY, wait, async (manager) => {
      const rows = await manager.query<object[]>(
        `SELECT client_id AS "clientId", name, state, tags, converted_at AS "convertedAt",
            first_serviced_at AS "firstServicedAt", last_serviced_at AS "lastServicedAt", services,
            lapsed_since AS "lapsedSince"
           FROM client_record
          WHERE (converted_at, client_id) < ($1, $2) AND ($3::text IS NULL OR state = $3) AND ${tagged}
          ORDER BY converted_at DESC, client_id DESC LIMIT $5`,
        [convertedAt, clientId, state ?? null, tag ?? null, limit + 1],
      );
      const entries = rows.map((row) => answerOf<DirectoryEntry>(row));
      return directory.page(entries, query, ({ convertedAt, clientId }) => [convertedAt, clientId]);
    });
  }
}
