import { Module } from '@nestjs/common';
import { ChangeSegmentHandler, SegmentDecisions } from './change-segment.js';
import { ReadyMadeSegments } from './ready-made.service.js';
import { SegmentCommandsController } from './segment-commands.controller.js';

/** The commands to segments, and their API. */
@Module({
  controllers: [SegmentCommandsController],
  providers: [SegmentDecisions, ChangeSegmentHandler, ReadyMadeSegments],
})
export class SegmentModule {}
