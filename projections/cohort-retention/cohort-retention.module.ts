import { Inject, Module } from '@nestjs/common';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { BUSINESS_ZONE } from '../analytics/reports.js';
import { ReadModels } from '../read-models.js';
import { GetCellClientsHandler } from './cell-lineage.js';
import { cohortRetention } from './cohort-retention.projection.js';
import { GetRestatementHandler } from './restatement.js';
import { LtvController } from './ltv.controller.js';
import { RetentionController } from './retention.controller.js';
import { GetRetentionHandler } from './retention.query.js';

@ProjectionHandler()
export class CohortRetention {
  readonly projection;

  constructor(@Inject(BUSINESS_ZONE) zone: string) {
    this.projection = cohortRetention(zone);
  }
}

@Module({
  controllers: [RetentionController, LtvController],
  providers: [CohortRetention, ReadModels, GetRetentionHandler, GetCellClientsHandler, GetRestatementHandler],
})
export class CohortRetentionModule {}
