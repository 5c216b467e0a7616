import { Module } from '@nestjs/common';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { ReadModels } from '../read-models.js';
import { ClientSegmentsController, SegmentController } from './segment-membership.controller.js';
import { segmentMembership } from './segment-membership.projection.js';
import {
  GetClientSegmentsHandler,
  GetSegmentHandler,
  GetSegmentMembersHandler,
  ListSegmentsHandler,
} from './segment-membership.queries.js';

@ProjectionHandler()
export class SegmentMembership {
  readonly projection = segmentMembership;
}

@Module({
  controllers: [SegmentController, ClientSegmentsController],
  providers: [
    SegmentMembership,
    ReadModels,
    ...[ListSegmentsHandler, GetSegmentHandler, GetSegmentMembersHandler, GetClientSegmentsHandler],
  ],
})
export class SegmentMembershipModule {}
