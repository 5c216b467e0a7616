import { Controller, Get, Header } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { Roles } from '../access/roles.js';
import { ProjectionWatch } from './projection-watch.js';

const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** For Prometheus. Labels name projections and nothing else, least of all clients. */
@ApiTags('ops')
@Roles('admin', 'auditor')
@Controller('metrics')
export class MetricsController {
  private readonly registry = new Registry();

  constructor(private readonly projections: ProjectionWatch) {
    collectDefaultMetrics({ register: this.registry });
  }

  private readonly gauges = {
    lagEvents: this.gauge(
      'projection_lag_events',
      'events recorded and not applied yet, by the store’s account',
    ),
    lagSeconds: this.gauge('projection_lag_seconds', 'for how long the first of them has been waiting'),
    applied: this.gauge('projection_events_applied', 'events applied since the tables were made'),
    paused: this.gauge('projection_paused', '1 while it is paused at an event that it cannot handle'),
    stalled: this.gauge('projection_stalled', '1 while it stands still though events are waiting'),
    parked: this.gauge('projection_parked_events', 'events passed over by an operator’s decision'),
  };

  @ApiOperation({ summary: 'Metrics in the text format of Prometheus' })
  @ApiProduces(CONTENT_TYPE)
  @Header('Content-Type', CONTENT_TYPE)
  @Get()
  async metrics(): Promise<string> {
    for (const { name: projection, ...standing } of await this.projections.look()) {
      const { lagEvents, lagSeconds, applied, paused, stalled, parked } = this.gauges;
      if (standing.lag) lagEvents.set({ projection }, standing.lag.events);
      if (standing.lag) lagSeconds.set({ projection }, standing.lagSeconds);
      applied.set({ projection }, standing.applied);
      paused.set({ projection }, standing.state === 'paused' ? 1 : 0);
      stalled.set({ projection }, standing.stalled ? 1 : 0);
      parked.set({ projection }, standing.parked);
    }
    return this.registry.metrics();
  }

  private gauge(name: string, help: string): Gauge<'projection'> {
    return new Gauge({
      name: `tenure_${name}`,
      help,
      labelNames: ['projection'],
      registers: [this.registry],
    });
  }
}
