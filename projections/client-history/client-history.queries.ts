import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import { clientStream } from '../../src/client/client.events.js';
import { MovedClient } from '../../src/client/moved-client.js';
import { openedOrForgotten, placeOf, type SealedFields } from '../../src/event-store/personal-seal.js';
import type { Await } from '../../src/http/await-position.js';
import type { Page } from '../../src/http/paging.js';
import { Problem } from '../../src/http/problem.js';
import { ClientKeys } from '../../src/privacy/client-keys.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import { answerOf, ReadModels } from '../read-models.js';
import type { Amendment, HistoryEntry, HistoryQuery } from './client-history.answers.js';
import { CLIENT_HISTORY } from './client-history.projection.js';
import { KINDS, categoryOf } from './entry-words.js';
import { LIFE, ORDERS } from './history-sql.js';

export class GetClientHistory extends Query<Snapshot<Page<HistoryEntry> | MovedClient>> {
  constructor(
    readonly clientId: string,
    readonly query: HistoryQuery,
    readonly wait?: Await,
  ) {
    super();
  }
}

/** After every position there is. */
const END = String(2n ** 63n - 1n);

@QueryHandler(GetClientHistory)
export class GetClientHistoryHandler implements IQueryHandler<GetClientHistory> {
  constructor(
    private readonly readModels: ReadModels,
    private readonly keys: ClientKeys,
  ) {}

  /** @throws Problem 404, or 400 for a cursor that is none of this list, or for a revision that the client has not come to */
  async execute({
    clientId,
    query,
    wait,
  }: GetClientHistory): Promise<Snapshot<Page<HistoryEntry> | MovedClient>> {
    const { keyset, first, sql } = ORDERS[query.order];
    const after = keyset.after(query) ?? first;
    return this.readModels.ask(CLIENT_HISTORY, wait, async (manager) => {
      const upTo = await positionAt(manager, clientId, query.revision);
      const pageOf = (clients: readonly string[]) =>
        manager.query<EntryRow[]>(sql, [
          ...[clients, ...after],
          ...[query.from ?? '-infinity', query.to ?? 'infinity'],
          query.kind ? kindsOf(query.kind) : null,
          ...[upTo, query.limit + 1],
        ]);
      // Few clients absorbed another: before that is known, their own facts are asked for.
      const [life, own] = await Promise.all([
        manager.query<LifeRow[]>(LIFE, [clientId, upTo]),
        pageOf([clientId]),
      ]);
      if (life[0]?.survivor) return new MovedClient(life[0].survivor);
      const clients = life.map(({ client_id }) => client_id);
      const rows = clients.length === 1 ? own : await pageOf(clients);
      if (rows.length === 0 && !(await isClient(manager, clientId))) throw unknownClient();
      await this.keys.fetch([...new Set(rows.filter(({ sealed }) => sealed).map((row) => row.clientId))]);
      const entries = rows.map((row) => this.opened(row));
      return keyset.page(entries, query, ({ occurredAt, position }) => [occurredAt, position]);
    });
  }

  /** Opens what is personal for the reader. */
  private opened({ sealed, actor_id, actor_role, amendedBy, ...row }: EntryRow): HistoryEntry {
    const entry = answerOf<HistoryEntry>(row);
    const place = placeOf(clientStream(row.clientId), row.eventId, row.kind);
    const personal = sealed ? openedOrForgotten(this.keys.peek(row.clientId), place, sealed) : {};
    return {
      ...entry,
      data: { ...entry.data, ...personal },
      actor: { id: actor_id, role: actor_role },
      ...(amendedBy ? { amendedBy: amendedBy.map(canonical) } : {}),
    };
  }
}

/** PostgreSQL writes instants into JSON in a form of its own. */
const canonical = ({ occurredAt, recordedAt, ...one }: Amendment): Amendment => ({
  ...one,
  occurredAt: new Date(occurredAt).toISOString(),
  recordedAt: new Date(recordedAt).toISOString(),
});

interface LifeRow {
  client_id: string;
  survivor: string | null;
}

interface EntryRow {
  clientId: string;
  eventId: string;
  position: string;
  kind: string;
  data: object;
  sealed: SealedFields | null;
  actor_id: string;
  actor_role: string;
  amendedBy: readonly Amendment[] | null;
}

/** @returns up to where facts are shown: those of other clients too, as far as they were on record by then */
async function positionAt(
  manager: EntityManager,
  clientId: string,
  revision: number | undefined,
): Promise<string> {
  if (revision === undefined) return END;
  const sql = 'SELECT position FROM client_entry WHERE client_id = $1 AND revision = $2';
  const [entry] = await manager.query<{ position: string }[]>(sql, [clientId, revision]);
  if (entry) return entry.position;
  if (!(await isClient(manager, clientId))) throw unknownClient();
  throw Problem.badRequest([{ path: 'revision', message: 'the client has not come to it yet' }]);
}

/** @returns the event types that are meant, a category standing for all of its own */
const kindsOf = (named: readonly string[]): string[] =>
  KINDS.filter((kind) => named.includes(kind) || named.includes(categoryOf(kind)));

const unknownClient = () => Problem.unknown('there is no such client');

async function isClient(manager: EntityManager, clientId: string): Promise<boolean> {
  const sql = 'SELECT FROM client_entry WHERE client_id = $1 LIMIT 1';
  return (await manager.query<object[]>(sql, [clientId])).length > 0;
}
