import {
  Body,
  Controller,
  Delete,
  HttpCode,
  Param,
  Post,
  Put,
  Query,
  Res,
  type PipeTransform,
} from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiProperty,
  ApiTags,
} from '@nestjs/swagger';
import { isUUID } from 'class-validator';
import { FromCaller, type Caller } from '../access/caller.js';
import { idFrom } from '../access/command-context.js';
import { Roles } from '../access/roles.js';
import { answerWith, CommandOutcome } from '../http/command-outcome.js';
import type { FastifyReply } from '../http/fastify-types.js';
import { onParameter } from '../http/parameter-decorator.js';
import { Problem } from '../http/problem.js';
import { Uuid } from '../schema/fields.js';
import { ChangeSegment } from './change-segment.js';
import { SentRule } from './rule-field.js';
import { readRule, RULE_VERSION } from './rule.js';
import { SegmentName, SegmentRetirement, type SegmentDefinition } from './segment.events.js';

class ReviseSegmentBody extends SegmentName {
  @SentRule({ about: 'which clients are in it' })
  rule!: unknown;
}

class DefineSegmentBody extends ReviseSegmentBody {
  @Uuid({ about: 'id of the segment; made by us if left out', optional: true })
  segmentId?: string;
}

/** What every command to a segment answers with. */
class SegmentAnswer extends CommandOutcome {
  @ApiProperty({ format: 'uuid' }) segmentId!: string;
}

class SegmentIdPipe implements PipeTransform<string, string> {
  transform(id: string): string {
    if (isUUID(id, 'all')) return id.toLowerCase();
    const message = 'must be the UUID of a defined segment; those of states and tags are ready-made';
    throw Problem.badRequest([{ path: 'id', message }]);
  }
}

const SegmentId = (): ParameterDecorator =>
  onParameter(
    Param('id', new SegmentIdPipe()),
    ApiParam({ name: 'id', description: 'id of the segment', schema: { type: 'string', format: 'uuid' } }),
  );

@ApiTags('segments')
@Roles('staff')
@Controller('segments')
export class SegmentCommandsController {
  constructor(private readonly bus: CommandBus) {}

  @Post()
  @ApiOperation({
    summary: 'Define a segment by a rule',
    description:
      'What a rule can say stands in docs/reference/segment-rules.md, and in the schema SegmentRule.',
  })
  @ApiCreatedResponse({ type: SegmentAnswer })
  async define(
    @Body() body: DefineSegmentBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SegmentAnswer> {
    const { segmentId = idFrom(caller, 'segment'), ...definition } = body;
    const data = definitionOf(definition);
    const change = new ChangeSegment(segmentId, { kind: 'DefineSegment', data }, caller, body);
    const outcome = answerWith(reply, await this.bus.execute(change), 201);
    void reply.header('Location', `/api/v1/segments/${segmentId}`);
    return { segmentId, ...outcome };
  }

  @Put(':id')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Name or define a segment otherwise, from now on',
    description: 'The whole of it is replaced. Who was in it before stays so.',
  })
  @ApiOkResponse({ type: SegmentAnswer })
  async revise(
    @SegmentId() segmentId: string,
    @Body() body: ReviseSegmentBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SegmentAnswer> {
    const data = definitionOf(body);
    const change = new ChangeSegment(segmentId, { kind: 'ReviseSegment', data }, caller, body);
    return { segmentId, ...answerWith(reply, await this.bus.execute(change), 200) };
  }

  @Delete(':id')
  @ApiOperation({
    summary: 'Retire a segment',
    description: 'Who was in it before can still be asked. A retired segment does not come back.',
  })
  @ApiOkResponse({ type: SegmentAnswer })
  async retire(
    @SegmentId() segmentId: string,
    @Query() { ...data }: SegmentRetirement,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SegmentAnswer> {
    const change = new ChangeSegment(segmentId, { kind: 'RetireSegment', data }, caller, data);
    return { segmentId, ...answerWith(reply, await this.bus.execute(change), 200) };
  }
}

/** @throws Problem 400 with the path to each fault of the rule, and what is allowed there */
function definitionOf({ rule: sent, ...named }: ReviseSegmentBody): SegmentDefinition {
  const read = readRule(sent);
  if ('faults' in read) throw Problem.badRequest(read.faults);
  return { ...named, rule: read.rule, ruleVersion: RULE_VERSION };
}
