import { Global, Module, type DynamicModule } from '@nestjs/common';
import { CqrsModule } from '@nestjs/cqrs';
import { TypeOrmModule } from '@nestjs/typeorm';
import { AnalyticsModule } from '../projections/analytics/analytics.module.js';
import { LapsesModule } from '../projections/analytics/lapses/lapses.module.js';
import { LifecycleModule } from '../projections/analytics/lifecycle/lifecycle.module.js';
import { ClientHistoryModule } from '../projections/client-history/client-history.module.js';
import { CreateTrigrams1796200000000 } from '../projections/client-directory/migrations/create-trigrams.js';
import { ClientMergeModule } from '../projections/client-merge/client-merge.module.js';
import { ClientRecordModule } from '../projections/client-record/client-record.module.js';
import { CohortRetentionModule } from '../projections/cohort-retention/cohort-retention.module.js';
import { LapseDueModule } from '../projections/lapse-due/lapse-due.module.js';
import { SegmentMembershipModule } from '../projections/segment-membership/segment-membership.module.js';
import { ApiKey } from './access/api-key.entity.js';
import { CreateApiKey1795305600000 } from './access/migrations/create-api-key.js';
import { ClientDecisions } from './client/change-client.js';
import { CreateLapseCheck1796000000000 } from './client/lifecycle/migrations/create-lapse-check.js';
import { Clock } from './clock.js';
import type { Config } from './config.js';
import { LapsePolicies } from './policy/lapse-policies.js';
import { POLICY_STREAMS } from './policy/policy.events.js';
import { CLIENT_STREAMS } from './client/client.events.js';
import { connectDatabase } from './database.js';
import type { Runtime } from './embedded/embedded-runtime.js';
import { CreateImport1796100000000 } from './importing/migrations/create-import.js';
import { Codec } from './event-store/codec.js';
import { allEvents } from './event-catalogue.js';
import { EventStoreModule } from './event-store/event-store.module.js';
import { ClientKeys } from './privacy/client-keys.js';
import { CreateClientKey1795910400000 } from './privacy/migrations/create-client-key.js';
import { PrivacyModule } from './privacy/privacy.module.js';
import { ProjectingModule, type ProjectingOptions } from './projecting/projecting.module.js';
import { RFM_CUTS_STREAM } from './segment/rfm/rfm-cuts.events.js';
import { SEGMENT_STREAMS } from './segment/segment.events.js';

/** The configuration, and where the servers are; who cares for them is somebody else's matter. */
export interface CoreOptions {
  readonly config: Config;
  readonly runtime: Pick<Runtime, 'eventStoreUrl' | 'databaseUrl'>;
}

/** What every process has: the event store, the database, the decisions on clients, and all read models. */
@Global()
@Module({})
export class CoreModule {
  /** @param projecting whether this process, or thread, seeks the lead over projections; it does unless told */
  static forRoot(
    { config, runtime }: CoreOptions,
    projecting: Pick<ProjectingOptions, 'run' | 'moved'> = { run: true },
  ): DynamicModule {
    const { eventStoreUrl, databaseUrl } = runtime;
    const zone = config.timezone;
    return {
      module: CoreModule,
      imports: [
        CqrsModule.forRoot(),
        EventStoreModule.forRoot(eventStoreUrl),
        TypeOrmModule.forRootAsync({
          useFactory: () => ({}),
          dataSourceFactory: () =>
            connectDatabase({
              type: 'postgres',
              url: databaseUrl,
              applicationName: 'tenure',
              entities: [ApiKey],
              migrations: [
                CreateApiKey1795305600000,
                CreateClientKey1795910400000,
                CreateLapseCheck1796000000000,
                CreateImport1796100000000,
                CreateTrigrams1796200000000,
              ],
              poolSize: 20,
              extra: {
                // What does not depend on an answer need not wait for it: a query costs less than its way there and back.
                pipeline: true,
                // To compile a report's hundreds of expressions takes a second, which is longer than most of them run.
                options: '-c jit=off',
              },
            }),
        }),
        PrivacyModule.forRoot(config),
        ProjectingModule.forRoot({
          inject: [ClientKeys],
          useFactory: (keys: ClientKeys) => ({
            codec: new Codec(allEvents, keys),
            databaseUrl,
            alsoPass: [CLIENT_STREAMS, SEGMENT_STREAMS, RFM_CUTS_STREAM, POLICY_STREAMS],
            ...projecting,
          }),
        }),
        ClientRecordModule.forRoot(zone),
        ClientHistoryModule.forRoot(zone),
        SegmentMembershipModule.forRoot(zone),
        AnalyticsModule.forRoot(zone),
        CohortRetentionModule,
        LapsesModule,
        LifecycleModule,
        LapseDueModule,
        ClientMergeModule,
      ],
      providers: [ClientDecisions, LapsePolicies, Clock],
      exports: [ClientDecisions, LapsePolicies, Clock],
    };
  }
}
