import { Module } from '@nestjs/common';
import { ChangeClientHandler } from './change-client.js';
import { ClientCommands } from './client-commands.js';
import { ComplaintController } from './complaints/complaint.controller.js';
import { LifecycleController } from './lifecycle/lifecycle.controller.js';
import { RecordController } from './record/record.controller.js';

/** The API of commands to clients. Their decisions (ClientDecisions) come with the core, where the command line has them too. */
@Module({
  controllers: [LifecycleController, ComplaintController, RecordController],
  providers: [ChangeClientHandler, ClientCommands],
})
export class ClientModule {}
