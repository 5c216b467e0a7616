import { Controller, Get, ServiceUnavailableException } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthCheckResult } from '@nestjs/terminus';
import { DataSource } from 'typeorm';
import { Public } from '../access/roles.js';
import { EventStore } from '../event-store/event-store.js';
import { Problem } from '../http/problem.js';
import { ProjectionWatch } from './projection-watch.js';

const PATIENCE_MS = 3_000;
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
    private readonly projections: ProjectionWatch,
  ) {}

  @ApiOperation({ summary: 'The process is up' })
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @ApiOperation({
    summary: 'The process can serve',
    description: 'PostgreSQL and the event store answer, and no projection is paused or stalled.',
  })
  @Get('ready')
  async ready(): Promise<HealthCheckResult> {
    try {
      return await this.health.check([
        () => this.isUp('postgresql', () => answers(this.database.query('SELECT 1'))),
        () => this.isUp('eventStore', () => answers(this.eventStore.tail())),
        () => this.isUp('projections', () => this.projectionsMove()),
      ]);
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      const { details } = error.getResponse() as HealthCheckResult;
      throw Problem.unavailable(5, 'not ready to serve', { members: { checks: details } });
    }
  }

  private isUp(name: string, check: () => Promise<void>) {
    return this.indicators.check(name).attempt(check).withTimeout(PATIENCE_MS).cacheFor(KEPT_MS);
  }

  private async projectionsMove(): Promise<void> {
    const watched = await this.projections.look().catch(() => {
      throw new Error('not known');
    });
    const paused = watched.filter(({ state }) => state === 'paused').map(({ name }) => name);
    if (paused.length > 0) throw new Error(`paused: ${paused.join(', ')}`);
    const stalled = watched.filter((one) => one.stalled).map(({ name }) => name);
    if (stalled.length > 0) throw new Error(`stalled: ${stalled.join(', ')}`);
  }
}

/** The message of a driver names hosts and ports; this one goes out. */
async function answers(asked: Promise<unknown>): Promise<void> {
  await asked.catch(() => {
    throw new Error('does not answer');
  });
}
