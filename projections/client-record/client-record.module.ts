import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { ClientCardController } from '../client-card/client-card.controller.js';
import { BUSINESS_ZONE, GetClientCardHandler } from '../client-card/client-card.queries.js';
import { ClientDirectoryController } from '../client-directory/client-directory.controller.js';
import { ListClientsHandler } from '../client-directory/client-directory.queries.js';
import { OpportunitiesController } from '../opportunities/opportunities.controller.js';
import { ListOpportunitiesHandler, ListWinBacksHandler } from '../opportunities/opportunities.queries.js';
import { ReadModels } from '../read-models.js';
import { WorkListsController } from '../work-lists/work-lists.controller.js';
import { ListWorkHandler } from '../work-lists/work-lists.queries.js';
import { clientRecordProjection } from './client-record.projection.js';

@ProjectionHandler()
export class ClientRecord {
  readonly projection;

  constructor(@Inject(BUSINESS_ZONE) zone: string) {
    this.projection = clientRecordProjection(zone);
  }
}

/** The record of clients, and what shows it: the directory, the card, the lists of what there is to see to, and whom to call. */
@Module({})
export class ClientRecordModule {
  /** @param zone IANA name of the business's zone */
  static forRoot(zone: string): DynamicModule {
    return {
      module: ClientRecordModule,
      controllers: [
        ...[ClientDirectoryController, ClientCardController, WorkListsController],
        OpportunitiesController,
      ],
      providers: [
        { provide: BUSINESS_ZONE, useValue: zone },
        ...[ClientRecord, ReadModels, ListClientsHandler, GetClientCardHandler, ListWorkHandler],
        ...[ListOpportunitiesHandler, ListWinBacksHandler],
      ],
    };
  }
}
