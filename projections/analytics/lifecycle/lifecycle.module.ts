import { Module } from '@nestjs/common';
import { GetLifecycleClientsHandler } from './lifecycle-lineage.js';
import { LifecycleController } from './lifecycle.controller.js';
import { GetLifecycleHandler } from './lifecycle.query.js';

@Module({ controllers: [LifecycleController], providers: [GetLifecycleHandler, GetLifecycleClientsHandler] })
export class LifecycleModule {}
