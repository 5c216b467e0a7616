import { Inject, Module, type DynamicModule } from '@nestjs/common';
import { ProjectionHandler } from '../../src/projecting/projection-handler.js';
import { BUSINESS_ZONE } from '../client-card/client-card.queries.js';
import { ReadModels } from '../read-models.js';
import {
  GetMemberReasonHandler,
  GetSegmentHistoryHandler,
  PreviewSegmentHandler,
} from './rule-segments.queries.js';
import { RuleSegmentsController } from './rule-segments.controller.js';
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
  readonly projection;

  constructor(@Inject(BUSINESS_ZONE) zone: string) {
    this.projection = segmentMembership(zone);
  }
}

@Module({})
export class SegmentMembershipModule {
  /** @param zone IANA name of the business's zone */
  static forRoot(zone: string): DynamicModule {
    return {
      module: SegmentMembershipModule,
      controllers: [RuleSegmentsController, SegmentController, ClientSegmentsController],
      providers: [
        { provide: BUSINESS_ZONE, useValue: zone },
        ...[SegmentMembership, ReadModels],
        ...[ListSegmentsHandler, GetSegmentHandler, GetSegmentMembersHandler, GetClientSegmentsHandler],
        ...[PreviewSegmentHandler, GetMemberReasonHandler, GetSegmentHistoryHandler],
      ],
    };
  }
}
