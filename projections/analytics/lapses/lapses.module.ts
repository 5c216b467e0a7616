import { Module } from '@nestjs/common';
import { LapsesController } from './lapses.controller.js';
import { GetLapsesHandler } from './lapses.query.js';

@Module({ controllers: [LapsesController], providers: [GetLapsesHandler] })
export class LapsesModule {}
