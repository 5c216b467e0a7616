import { Controller, Get, HttpCode, Logger, Param, Post } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { CurrentPrincipal, type Principal } from '../access/principal.js';
import { Roles } from '../access/roles.js';
import { Problem } from '../http/problem.js';
import { NotPaused } from '../projecting/pauses.js';
import { ProjectionOperations, UnknownProjection } from '../projecting/projection-operations.js';
import type { BuildStatus } from '../projecting/projection-status.js';
import { ProjectionWatch, type BuildProgress, type WatchedProjection } from './projection-watch.js';
import { EndedPause, ProjectionAnswer, RebuildAnswer } from './projections.answers.js';

const namesProjection = ApiParam({ name: 'name', description: 'the projection', example: 'client-history' });

@ApiTags('ops')
@Roles('admin')
@Controller('ops/projections')
export class ProjectionsController {
  private readonly logger = new Logger('Projections');

  constructor(
    private readonly watch: ProjectionWatch,
    private readonly operations: ProjectionOperations,
  ) {}

  @ApiOperation({ summary: 'How every projection stands: position, lag, pauses, rebuilds under way' })
  @ApiOkResponse({ type: [ProjectionAnswer] })
  @Roles('admin', 'auditor')
  @Get()
  async list(): Promise<ProjectionAnswer[]> {
    return (await this.watch.look()).map(answerOf);
  }

  @ApiOperation({
    summary: 'Fill its tables anew from the log; those there are serve until the new ones have caught up',
  })
  @ApiOkResponse({ type: RebuildAnswer })
  @namesProjection
  @HttpCode(202)
  @Post(':name/rebuild')
  async rebuild(@Param('name') name: string, @CurrentPrincipal() { id }: Principal): Promise<RebuildAnswer> {
    const { label } = await this.operations.rebuild(name).catch(asProblem);
    this.logger.log('a rebuild was asked for', { projection: name, build: label, by: id });
    return { name, build: label };
  }

  @ApiOperation({
    summary: 'Go on after the event at which it paused; the event is put on record as passed over',
  })
  @ApiOkResponse({ type: EndedPause })
  @namesProjection
  @HttpCode(200)
  @Post(':name/park')
  async park(@Param('name') name: string, @CurrentPrincipal() { id }: Principal): Promise<EndedPause> {
    const { stack: _, ...failure } = await this.operations.park(name, id).catch(asProblem);
    this.logger.warn('an event was parked', { projection: name, eventId: failure.eventId, by: id });
    return { name, ...failure };
  }

  @ApiOperation({ summary: 'Go on with the event at which it paused, once its cause has been seen to' })
  @ApiOkResponse({ type: EndedPause })
  @namesProjection
  @HttpCode(200)
  @Post(':name/resume')
  async resume(@Param('name') name: string, @CurrentPrincipal() { id }: Principal): Promise<EndedPause> {
    const { stack: _, ...failure } = await this.operations.resume(name).catch(asProblem);
    this.logger.log('a projection was resumed', { projection: name, by: id });
    return { name, ...failure };
  }
}

function asProblem(error: unknown): never {
  if (error instanceof UnknownProjection) throw Problem.unknown(error.message);
  if (error instanceof NotPaused)
    throw Problem.illegalState(error.message, { state: 'running', rule: 'only a pause can be ended' });
  throw error;
}

function answerOf(watched: WatchedProjection): ProjectionAnswer {
  const { name, version, serving, stalled, lag, lagSeconds, rebuild, rebuildProgress, progress } = watched;
  return {
    ...{ name, version, serving, stalled },
    ...buildAnswer(watched, progress),
    lag: lag && { events: lag.events, orMore: lag.orMore, seconds: lagSeconds },
    rebuild: rebuild && buildAnswer(rebuild, rebuildProgress),
  };
}

function buildAnswer(status: BuildStatus, progress: BuildProgress | null) {
  const { build, state, position, recordedAt, applied, movedAt, failure, parked, filling } = status;
  const reached = position === null ? null : String(position);
  return {
    build,
    state,
    position: reached,
    recordedAt,
    applied,
    movedAt,
    failure,
    parked,
    filling,
    progress,
  };
}
