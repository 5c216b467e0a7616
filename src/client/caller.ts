import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { actorOf, principalOf } from '../access/principal.js';
import type { FastifyRequest } from '../http/fastify-types.js';
import { documentsIdempotencyKey, parseIdempotencyKey } from '../http/idempotency-key.js';
import { documentsIfMatch, parseIfMatch } from '../http/if-match.js';
import { onParameter } from '../http/parameter-decorator.js';
import type { Caller } from './change-client.js';

const fromRequest = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  return {
    actor: actorOf(principalOf(request)),
    requestId: request.id,
    idempotencyKey: parseIdempotencyKey(request.headers['idempotency-key']),
    onlyAt: parseIfMatch(request.headers['if-match']),
  };
});

/** `Caller`: who sends a command, and on what terms (Idempotency-Key, If-Match). */
export const FromCaller = (): ParameterDecorator =>
  onParameter(fromRequest(), documentsIdempotencyKey, documentsIfMatch);
