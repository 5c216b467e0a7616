import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { Clock } from '../clock.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { ProjectionWatch } from './projection-watch.js';
import { ProjectionsController } from './projections.controller.js';

/** Wants DataSource, EventStore and what ProjectingModule exports among the global providers. Its log line is the one of the answer. */
@Module({
  imports: [TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController, MetricsController, ProjectionsController],
  providers: [ProjectionWatch, Clock],
})
export class OpsModule {}
