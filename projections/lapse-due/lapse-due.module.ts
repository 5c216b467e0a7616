import { Module } from '@nestjs/common';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { lapseDue } from './lapse-due.projection.js';

@ProjectionHandler()
export class LapseDue {
  readonly projection = lapseDue;
}

@Module({ providers: [LapseDue] })
export class LapseDueModule {}
