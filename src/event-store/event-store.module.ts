import { Global, Module, type DynamicModule } from '@nestjs/common';
import { EventStore } from './event-store.js';

/** The one connection to the event store, for the whole process. */
@Global()
@Module({})
export class EventStoreModule {
  static forRoot(url: string): DynamicModule {
    return {
      module: EventStoreModule,
      providers: [{ provide: EventStore, useFactory: () => new EventStore(url) }],
      exports: [EventStore],
    };
  }

  constructor(private readonly eventStore: EventStore) {}

  /** Last of all, so that whoever still writes while the application shuts down can do so. */
  async onApplicationShutdown(): Promise<void> {
    await this.eventStore.close();
  }
}
