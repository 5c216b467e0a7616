import { Module } from '@nestjs/common';
import { LifecycleController } from './lifecycle.controller.js';
import { GetLifecycleHandler } from './lifecycle.query.js';

@Module({ controllers: [LifecycleController], providers: [GetLifecycleHandler] })
export class LifecycleModule {}
