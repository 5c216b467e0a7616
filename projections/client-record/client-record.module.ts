import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { ClientCardController } from '../client-card/client-card.controller.js';
import { BUSINESS_ZONE, GetClientCardHandler } from '../client-card/client-card.queries.js';
import { ClientDirectoryController } from '../client-directory/client-directory.controller.js';
import { ListClientsHandler } from '../client-directory/client-directory.queries.js';
import { ReadModels } from '../read-models.js';
import { clientRecordProjection } from './client-record.projection.js';

@ProjectionHandler()
export class ClientRecord {
  readonly projection;

  constructor(@Inject(BUSINESS_ZONE) zone: string) {
    this.projection = clientRecordProjection(zone);
  }
}

/** The record of clients, and the two that show it: the directory and the card. */
@Module({})
export class ClientRecordModule {
  /** @param zone IANA name of the business's zone */
  static forRoot(zone: string): DynamicModule {
    return {
      module: ClientRecordModule,
      controllers: [ClientDirectoryController, ClientCardController],
      providers: [
        { provide: BUSINESS_ZONE, useValue: zone },
        ...[ClientRecord, ReadModels, ListClientsHandler, GetClientCardHandler],
      ],
    };
  }
}
