import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { ReadModels } from '../read-models.js';
import { ClientHistoryController } from './client-history.controller.js';
import { clientHistory } from './client-history.projection.js';
import { GetClientHistoryHandler } from './client-history.queries.js';

const BUSINESS_ZONE = Symbol('business zone');

@ProjectionHandler()
export class ClientHistory {
  readonly projection;

  constructor(@Inject(BUSINESS_ZONE) zone: string) {
    this.projection = clientHistory(zone);
  }
}

@Module({})
export class ClientHistoryModule {
  /** @param zone IANA name of the business's zone */
  static forRoot(zone: string): DynamicModule {
    return {
      module: ClientHistoryModule,
      controllers: [ClientHistoryController],
      providers: [
        { provide: BUSINESS_ZONE, useValue: zone },
        ClientHistory,
        ReadModels,
        GetClientHistoryHandler,
      ],
    };
  }
}
