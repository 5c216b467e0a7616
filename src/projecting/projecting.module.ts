import {
  Global,
  Inject,
  Module,
  type BeforeApplicationShutdown,
  type DynamicModule,
  type FactoryProvider,
  type ModuleMetadata,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { DataSource } from 'typeorm';
import { EventStore } from '../event-store/event-store.js';
import { PositionAwaiter } from './await-position.js';
import { ProjectionCatalogue } from './projection-catalogue.js';
import { ProjectionEngine, type EngineOptions } from './projection-engine.js';
import { ProjectionOperations } from './projection-operations.js';

export const PROJECTING_OPTIONS = Symbol('projecting options');

export interface ProjectingOptions extends Pick<
  EngineOptions,
  'codec' | 'databaseUrl' | 'alsoPass' | 'moved'
> {
  /** false in a process that only reads, where another one projects; tables and views are made all the same */
  readonly run: boolean;
}

export interface ProjectingModuleOptions extends Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  readonly useFactory: FactoryProvider<ProjectingOptions | Promise<ProjectingOptions>>['useFactory'];
}

/**
 * Finds the application's projections and keeps them up to date while it runs. Wants an EventStore and TypeORM's
 * DataSource among the global providers.
 */
@Global()
@Module({})
export class ProjectingModule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private engine: ProjectionEngine | undefined;

  constructor(
    @Inject(PROJECTING_OPTIONS) private readonly options: ProjectingOptions,
    private readonly catalogue: ProjectionCatalogue,
    private readonly eventStore: EventStore,
    private readonly awaiter: PositionAwaiter,
    private readonly operations: ProjectionOperations,
  ) {}

  static forRoot({ imports = [], inject = [], useFactory }: ProjectingModuleOptions): DynamicModule {
    return {
      module: ProjectingModule,
      imports: [DiscoveryModule, ...imports],
      providers: [
        { provide: PROJECTING_OPTIONS, inject, useFactory },
        {
          provide: PositionAwaiter,
          inject: [DataSource],
          useFactory: (dataSource: DataSource) => new PositionAwaiter(dataSource),
        },
        ProjectionCatalogue,
        {
          provide: ProjectionOperations,
          inject: [PROJECTING_OPTIONS, ProjectionCatalogue, EventStore],
          useFactory: (options: ProjectingOptions, catalogue: ProjectionCatalogue, eventStore: EventStore) =>
            new ProjectionOperations(() => catalogue.all(), eventStore, options.codec, options.databaseUrl),
        },
      ],
      exports: [PositionAwaiter, ProjectionCatalogue, ProjectionOperations],
    };
  }

  async onApplicationBootstrap(): Promise<void> {
    const { run, moved, ...options } = this.options;
    this.engine = new ProjectionEngine({
      ...options,
      projections: this.catalogue.all(),
      eventStore: this.eventStore,
      moved: (name) => {
        this.awaiter.moved(name);
        moved?.(name);
      },
    });
    await (run ? this.engine.start() : this.engine.prepare());
  }

  /** Before connections are closed, so that the batch in hand is still written. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.engine?.stop();
    await this.operations.close();
  }
}
