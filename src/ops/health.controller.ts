import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { Public } from '../access/roles.js';
import { EventStore } from '../event-store/event-store.js';
import { Problem } from '../http/problem.js';

const PATIENCE_MS = 2_000;
/** Anybody may ask; asking often must not become a load on what is asked about. */
const KEPT_MS = 1_000;

/** For load balancers and supervisors. Says which part is down, never where that part is. */
@ApiTags('health')
@Public()
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly database: DataSource,
    private readonly eventStore: EventStore,
  ) {}

  @ApiOperation({ summary: 'The process is up' })
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @ApiOperation({ summary: 'The process can serve: its dependencies answer and no projection is paused' })
  @Get('ready')
  async ready(): Promise<HealthCheckResult> {
    try {
      return await this.health.check([
        () => this.answers('postgresql', () => this.database.query('SELECT 1')),
        () => this.answers('eventStore', () => this.eventStore.tail()),
      ]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { details } = error.getResponse() as HealthCheckResult;
      throw Problem.unavailable(5, 'not ready to serve', { members: { checks: details } });
    }
  }

  private answers(name: string, ask: () => Promise<unknown>) {
    const asked = async (): Promise<void> => {
      // The message of a driver names hosts and ports.
      await ask().catch(() => Promise.reject(new Error('does not answer')));
    };
    return this.indicators.check(name).attempt(asked).withTimeout(PATIENCE_MS).cacheFor(KEPT_MS);
  }
}
