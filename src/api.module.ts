import { Module, type DynamicModule } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { unfinishedMerges } from '../projections/client-merge/client-merge.queries.js';
import { quietClients } from '../projections/lapse-due/lapse-due.queries.js';
import { rfmCutsNow } from '../projections/client-record/rfm-cuts.query.js';
import { localDays } from '../projections/local-day.js';
import { AccessModule } from './access/access.module.js';
import type { Booted } from './boot.js';
import { ClientModule } from './client/client.module.js';
import { LAPSE_CLOCK, LapseClock, type LapseClockOptions } from './client/lifecycle/lapse-clock.service.js';
import {
  MergeSweep,
  UNFINISHED_MERGES,
  type FindUnfinishedMerges,
} from './client/identity/merge-sweep.service.js';
import { CoreModule } from './core.module.js';
import { ErasureController } from './privacy/erasure.controller.js';
import { Erasures } from './privacy/erasure.service.js';
import { ErasureSweep } from './privacy/erasure-sweep.service.js';
import { ImportingModule } from './importing/importing.module.js';
import { OpsModule } from './ops/ops.module.js';
import { PolicyModule } from './policy/policy.module.js';
import { RFM_CLOCK, RfmClock, type RfmClockOptions } from './segment/rfm/rfm-clock.service.js';
import { SegmentModule } from './segment/segment.module.js';

/** The process that serves HTTP, and lapses quiet clients beside it. */
@Module({})
export class ApiModule {
  /** @param projecting whether it keeps the read models up to date itself, and does not leave that to others; it does unless told */
  static forRoot(booted: Booted, projecting = true): DynamicModule {
    const { adminKey, oidc, clockSeconds, timezone } = booted.config;
    return {
      module: ApiModule,
      imports: [
        CoreModule.forRoot(booted, { run: projecting }),
        AccessModule.forRoot({ adminKey, oidc }),
        ClientModule,
        SegmentModule,
        PolicyModule,
        ImportingModule.forRoot(booted.runtime.databaseUrl),
        OpsModule,
      ],
      controllers: [ErasureController],
      providers: [
        Erasures,
        ErasureSweep,
        MergeSweep,
        {
          provide: UNFINISHED_MERGES,
          inject: [DataSource],
          useFactory:
            (database: DataSource): FindUnfinishedMerges =>
            () =>
              unfinishedMerges(database, 200),
        },
        LapseClock,
        {
          provide: LAPSE_CLOCK,
          inject: [DataSource],
          useFactory: (database: DataSource): LapseClockOptions => ({
            seconds: clockSeconds,
            find: (query) => quietClients(database, query),
          }),
        },
        RfmClock,
        {
          provide: RFM_CLOCK,
          inject: [DataSource],
          useFactory: (database: DataSource): RfmClockOptions => ({
            seconds: clockSeconds,
            measure: () => rfmCutsNow(database, timezone),
            dayOf: localDays(timezone),
          }),
        },
      ],
    };
  }
}
