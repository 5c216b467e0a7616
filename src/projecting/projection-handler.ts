import { applyDecorators, Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { AnyProjection } from './projection.js';

/** What the decorated class carries. */
export interface CarriesProjection {
  readonly projection: AnyProjection;
}

export const Discovered = DiscoveryService.createDecorator<void>();

/**
 * Marks a provider whose `projection` the engine is to keep:
 * `@ProjectionHandler() export class LapseDue { readonly projection = lapseDue; }`
 */
export const ProjectionHandler =
  () =>
  (target: new (...args: never[]) => CarriesProjection): void => {
    applyDecorators(Injectable(), Discovered())(target);
  };
