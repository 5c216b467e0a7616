import { Module, type DynamicModule } from '@nestjs/common';
import { ReadModels } from '../read-models.js';
import { BUSINESS_ZONE, Reports } from './reports.js';

/** What the modules of all measures make their reports with. */
@Module({})
export class AnalyticsModule {
  /** @param zone IANA name of the business's zone */
  static forRoot(zone: string): DynamicModule {
    return {
      module: AnalyticsModule,
      global: true,
      providers: [{ provide: BUSINESS_ZONE, useValue: zone }, ReadModels, Reports],
      exports: [BUSINESS_ZONE, Reports],
    };
  }
}
