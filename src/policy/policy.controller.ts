import { Body, Controller, Get, HttpCode, Put, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { FromCaller, type Caller } from '../access/caller.js';
import { Roles } from '../access/roles.js';
import { answerWith } from '../http/command-outcome.js';
import type { FastifyReply } from '../http/fastify-types.js';
import { etagOf } from '../http/if-match.js';
import { Problem } from '../http/problem.js';
import { AdoptPolicy } from './adopt-lapse-policy.js';
import { LapsePolicies } from './lapse-policies.js';
import { AdoptLapsePolicyBody, LapsePolicyAnswer, policyAnswer, PolicyAnswer } from './policy.answers.js';
import { readTerms } from './policy-terms.js';

@ApiTags('policies')
@Controller('policies/lapse')
export class PolicyController {
  constructor(
    private readonly bus: CommandBus,
    private readonly policies: LapsePolicies,
  ) {}

  @Roles('staff', 'analyst', 'auditor')
  @Get()
  @ApiOperation({ summary: 'The lapse policy in force, and those before it' })
  @ApiOkResponse({ type: LapsePolicyAnswer })
  async show(@Res({ passthrough: true }) reply: FastifyReply): Promise<LapsePolicyAnswer> {
    const adopted = await this.policies.adopted();
    if (adopted.length > 0) void reply.header('ETag', etagOf(adopted.length - 1));
    return policyAnswer(adopted);
  }

  @Roles()
  @Put()
  @HttpCode(200)
  @ApiOperation({
    summary: 'Adopt a lapse policy',
    description: 'It governs the lapses recorded from now on; those on record stay as they are.',
  })
  @ApiOkResponse({ type: PolicyAnswer })
  async adopt(
    @Body() body: AdoptLapsePolicyBody,
    @FromCaller() caller: Caller,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PolicyAnswer> {
    const { reason, ...sent } = body;
    const read = readTerms(sent);
    if ('faults' in read) throw Problem.badRequest(read.faults);
    const outcome = answerWith(
      reply,
      await this.bus.execute(new AdoptPolicy(read.terms, reason, caller, body)),
      200,
    );
    return { version: outcome.revision + 1, ...outcome };
  }
}
