import { Module } from '@nestjs/common';
import { GetLapseClientsHandler } from './lapse-lineage.js';
import { LapsesController } from './lapses.controller.js';
import { GetLapsesHandler } from './lapses.query.js';

@Module({ controllers: [LapsesController], providers: [GetLapsesHandler, GetLapseClientsHandler] })
export class LapsesModule {}
