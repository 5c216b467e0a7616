import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { Discovered, type CarriesProjection } from './projection-handler.js';
import type { AnyProjection } from './projection.js';

/** Every projection of this application. */
@Injectable()
export class ProjectionCatalogue {
  constructor(private readonly discovery: DiscoveryService) {}

  /** @returns the projections of all providers marked @ProjectionHandler, once the application is initialised */
  all(): AnyProjection[] {
    return this.discovery
      .getProviders({ metadataKey: Discovered.KEY })
      .map(({ instance }) => (instance as CarriesProjection).projection);
  }
}
