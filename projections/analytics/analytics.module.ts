import { Module, type DynamicModule } from '@nestjs/common';
import { ReadModels } from '../read-models.js';
import { LifeColumns } from './columns/life-columns.js';
import { BUSINESS_ZONE, Reports } from './reports.js';
import { ComplaintReportController } from './complaints/complaints.controller.js';
import { OverviewController } from './overview/overview.controller.js';
import { PredictionController } from './prediction/prediction.controller.js';
import { RepeatController } from './repeat/repeat.controller.js';
import { RevenueRetentionController } from './revenue-retention/revenue-retention.controller.js';
import { RfmController } from './rfm/rfm.controller.js';
import { SatisfactionController } from './satisfaction/satisfaction.controller.js';
import { SurvivalController } from './survival/survival.controller.js';
import { WinBackReportController } from './win-back/win-back.controller.js';

/** What all measures make their reports with, and the measures that keep nothing of their own. */
@Module({})
export class AnalyticsModule {
  /** @param zone IANA name of the business's zone */
  static forRoot(zone: string): DynamicModule {
    return {
      module: AnalyticsModule,
      global: true,
      controllers: [
        ComplaintReportController,
        OverviewController,
        PredictionController,
        RepeatController,
        RevenueRetentionController,
        RfmController,
        SatisfactionController,
        SurvivalController,
        WinBackReportController,
      ],
      providers: [{ provide: BUSINESS_ZONE, useValue: zone }, LifeColumns, ReadModels, Reports],
      exports: [BUSINESS_ZONE, Reports],
    };
  }
}
