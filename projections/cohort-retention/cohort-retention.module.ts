import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { ReadModels } from '../read-models.js';
import { cohortRetention } from './cohort-retention.projection.js';
import { RetentionController } from './retention.controller.js';
import { BUSINESS_ZONE, GetRetentionHandler } from './retention.query.js';

@ProjectionHandler()
export class CohortRetention {
  readonly projection;

  constructor(@Inject(BUSINESS_ZONE) zone: string) {
    this.projection = cohortRetention(zone);
  }
}

@Module({})
export class CohortRetentionModule {
  /** @param zone IANA name of the business's zone */
  static forRoot(zone: string): DynamicModule {
    return {
      module: CohortRetentionModule,
      controllers: [RetentionController],
      providers: [
        { provide: BUSINESS_ZONE, useValue: zone },
        CohortRetention,
        ReadModels,
        GetRetentionHandler,
      ],
    };
  }
}
