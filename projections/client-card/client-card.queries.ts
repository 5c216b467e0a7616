import { Inject } from '@nestjs/common';
import { Query, QueryHandler, type IQueryHandler } from '@nestjs/cqrs';
import type { Await } from '../../src/http/await-position.js';
import { Problem } from '../../src/http/problem.js';
import type { Snapshot } from '../../src/projecting/read-model.js';
import type { Instant } from '../../src/schema/instant.js';
import { CLIENT_RECORD } from '../client-record/client-record.projection.js';
import { cardsOf } from '../client-record/lives-of.sql.js';
import { MovedClient } from '../../src/client/moved-client.js';
import { answerOf, ReadModels } from '../read-models.js';
import { cardOf, type CardSources, type KnownRecord } from './card-of.js';
import type { ClientCard } from './client-card.answers.js';
import { pooledCard, type CardParts } from './pooled-card.js';
import { todayIn, type Today } from './today.js';

export const BUSINESS_ZONE = Symbol('business zone');

export class GetClientCard extends Query<Snapshot<ClientCard | MovedClient>> {
  constructor(
    readonly clientId: string,
    readonly now: Instant,
    readonly wait?: Await,
  ) {
    super();
  }
}

const RECORD_COLUMNS = `client_id AS "clientId", name, email, phone, address, lead_source AS source, channel,
  referrer_id AS "referrerId", client_type AS "clientType", trade, owner, tags, erased, state,
  state_since AS "stateSince", converted_at AS "convertedAt", first_serviced_at AS "firstServicedAt",
  last_serviced_at AS "lastServicedAt", services, visits, lapsed_since AS "lapsedSince", lifetime, rhythm`;

/** The client, then those it absorbed, then those that they had absorbed before. */
const CARD = `
  SELECT revision, position, complaints_ever, items, preferences, consents
    FROM ${cardsOf('$1')} ORDER BY far, life.client_id`;

type RecordRow = KnownRecord & { merged_into?: string };
type CardRow = CardParts & CardSources['head'];

@QueryHandler(GetClientCard)
export class GetClientCardHandler implements IQueryHandler<GetClientCard> {
  private readonly todayAt: (now: Instant) => Today;

  constructor(
    private readonly readModels: ReadModels,
    @Inject(BUSINESS_ZONE) zone: string,
  ) {
    this.todayAt = todayIn(zone);
  }

  /** @throws Problem 404 */
  execute({ clientId, now, wait }: GetClientCard): Promise<Snapshot<ClientCard | MovedClient>> {
    return this.readModels.ask(CLIENT_RECORD, wait, async (manager) => {
      const sql = `SELECT ${RECORD_COLUMNS}, merged_into FROM client_record WHERE client_id = $1`;
      const [[row], [own, ...absorbed]] = await Promise.all([
        manager.query<object[]>(sql, [clientId]),
        manager.query<[CardRow, ...CardRow[]]>(CARD, [clientId]),
      ]);
      if (!row) throw Problem.unknown('there is no such client');
      const { merged_into, ...record } = answerOf<RecordRow>(row);
      if (merged_into !== undefined) return new MovedClient(merged_into);
      return cardOf({ record, head: own, ...pooledCard(own, absorbed) }, this.todayAt(now));
    });
  }
}
