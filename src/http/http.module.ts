import { Module } from '@nestjs/common';
import { ProblemsPageController } from './problems-page.controller.js';

/** The pages of the API itself. */
@Module({ controllers: [ProblemsPageController] })
export class HttpModule {}
