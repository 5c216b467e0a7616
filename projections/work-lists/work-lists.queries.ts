import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../src/http/await-position.js';
import { Keyset, type Page } from '../../src/http/paging.js';
import { refuseEmptySpan } from '../../src/http/span.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import type { Instant } from '../../src/schema/instant.js';
import { laidOver } from '../client-record/card-merges.js';
import { CLIENT_RECORD } from '../client-record/client-record.projection.js';
import { answerOf, ReadModels } from '../read-models.js';
import type { WorkOfClient } from './work-lists.answers.js';
import { workSql, type WorkListing, type WorkRow } from './work-lists-sql.js';

/** A thing on a list: whom it is about, and what is known of it. */
export interface ListedWork extends WorkOfClient {
  readonly kind: WorkRow['kind'];
  readonly itemId: string;
  readonly dueAt: Instant;
  readonly complaintsEver: number;
  /** as on the client's card */
  readonly item: Readonly<Record<string, unknown>>;
}

export class ListWork extends Query<Snapshot<Page<ListedWork>>> {
  constructor(
    readonly asked: Omit<WorkListing, 'after'>,
    readonly wait?: Await,
  ) {
    super();
  }
}

@QueryHandler(ListWork)
export class ListWorkHandler implements IQueryHandler<ListWork> {
  constructor(private readonly readModels: ReadModels) {}

  /** @throws Problem 400 for bounds that hold nothing, or a cursor that is none of this list */
  async execute({ asked, wait }: ListWork): Promise<Snapshot<Page<ListedWork>>> {
    const { kinds, state, query, now } = asked;
    refuseEmptySpan(query);
    const keyset = new Keyset(`work.${kinds.join('-')}.${state}.${query.order}`, ['instant', 'uuid']);
    const { text, values } = workSql({ ...asked, after: keyset.after(query) });
    return this.readModels.ask(CLIENT_RECORD, wait, async (manager) => {
      const rows = await manager.query<WorkRow[]>(text, values);
      return keyset.page(
        rows.map((row) => listed(row, state === 'open' && row.dueAt.toISOString() <= now)),
        query,
        ({ dueAt, itemId }) => [dueAt, itemId],
      );
    });
  }
}

const listed = ({ own, recorded, ...row }: WorkRow, overdue: boolean): ListedWork => ({
  ...answerOf<Omit<ListedWork, 'item' | 'overdue'>>(row),
  overdue,
  item: laidOver(recorded ?? undefined, own) as ListedWork['item'],
});
