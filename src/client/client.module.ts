import { Module } from '@nestjs/common';
import { ChangeClientHandler, ClientDecisions } from './change-client.js';
import { ComplaintController } from './complaints/complaint.controller.js';
import { LifecycleController } from './lifecycle/lifecycle.controller.js';
import { RecordController } from './record/record.controller.js';

@Module({
  controllers: [LifecycleController, ComplaintController, RecordController],
  providers: [ClientDecisions, ChangeClientHandler],
  exports: [ClientDecisions],
})
export class ClientModule {}
