import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { EntityManager } from 'typeorm';
import type { Await } from '../../src/http/await-position.js';
import { Keyset, type Page } from '../../src/http/paging.js';
import { Problem } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import type { Instant } from '../../src/schema/instant.js';
import { CLIENT_RECORD } from '../client-record/client-record.projection.js';
import { askedWords } from '../client-record/search-words.js';
import { answerOf, ReadModels } from '../read-models.js';
import { SEGMENT_MEMBERSHIP } from '../segment-membership/segment-membership.projection.js';
import type { DirectoryEntry, DirectoryQuery, Sort } from './client-directory.answers.js';
import { canBeMisspelled, listingSql, ORDERS, type Listing } from './directory-sql.js';

export class ListClients extends Query<Snapshot<Page<DirectoryEntry>>> {
  /** @param now at which the members of a segment are asked for */
  constructor(
    readonly query: DirectoryQuery,
    readonly now: Instant,
    readonly wait?: Await,
  ) {
    super();
  }
}

const MOST_WORDS = 10;
/** The share of a word's trigrams that one spelled alike has; of `smiht`, three of six are in `smith`. */
const ALIKE = '0.5';

/** The first value says whether the list holds what matches (0), or what is spelled alike (1). */
const keysets = {
  match: new Keyset('clients.match', ['integer', 'integer', 'uuid']),
  ...(Object.fromEntries(
    Object.entries(ORDERS).flatMap(([sort, { kind }]) => [
      [sort, new Keyset(`clients.${sort}`, ['integer', kind, 'uuid'])],
      [`-${sort}`, new Keyset(`clients.-${sort}`, ['integer', kind, 'uuid'])],
    ]),
  ) as Record<Sort | `-${Sort}`, Keyset<['integer', 'text', 'uuid']>>),
};

@QueryHandler(ListClients)
export class ListClientsHandler implements IQueryHandler<ListClients> {
  constructor(private readonly readModels: ReadModels) {}

  /** @throws Problem 400 for a search without words, a sort that lacks its currency, or a cursor that is none of this list */
  async execute({ query, now, wait }: ListClients): Promise<Snapshot<Page<DirectoryEntry>>> {
    const words = wordsOf(query);
    const by = query.sort ?? (words.length > 0 ? undefined : '-converted');
    const sort = by?.replace('-', '') as Sort | undefined;
    if (sort === 'lifetimeValue' && query.currency === undefined)
      throw refused(
        'currency',
        'say in which currency, to sort by lifetimeValue: amounts in two do not compare',
      );
    const keyset = keysets[by ?? 'match'] as Keyset<['integer', 'text', 'uuid']>;
    const after = keyset.after(query);
    const listing = {
      ...{ query, words, sort, now },
      descending: by === undefined || by.startsWith('-'),
      after: after && ([after[1], after[2]] as const),
    };
    const projections = query.segment === undefined ? [] : [SEGMENT_MEMBERSHIP];
    return this.readModels.ask([CLIENT_RECORD, ...projections], wait, async (manager) => {
      let alike = after?.[0] ?? 0;
      let rows = await listed(manager, { ...listing, alike: alike === 1 });
      if (rows.length === 0 && after === null && words.some(canBeMisspelled)) {
        alike = 1;
        rows = await listed(manager, { ...listing, alike: true });
      }
      const page = keyset.page(rows, query, ({ orderedBy, clientId }) => [alike, orderedBy, clientId]);
      return { ...page, items: page.items.map(({ orderedBy: _order, ...entry }) => entry) };
    });
  }
}

type Row = DirectoryEntry & { orderedBy: string };

async function listed(manager: EntityManager, listing: Listing): Promise<Row[]> {
  if (listing.alike)
    await manager.query(`SELECT set_config('pg_trgm.word_similarity_threshold', $1, true)`, [ALIKE]);
  const { text, values } = listingSql(listing);
  return (await manager.query<object[]>(text, values)).map((row) => answerOf<Row>(row));
}

function wordsOf({ search }: DirectoryQuery) {
  const words = search === undefined ? [] : askedWords(search);
  if (search !== undefined && words.length === 0) throw refused('search', 'must hold a letter or a digit');
  if (words.length > MOST_WORDS) throw refused('search', `must hold at most ${MOST_WORDS} words`);
  return words;
}

const refused = (path: string, message: string) => Problem.badRequest([{ path, message }]);
