import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Actor } from '../event-store/envelope.js';
import type { FastifyRequest } from '../http/fastify-types.js';
import { documentsIdempotencyKey, parseIdempotencyKey } from '../http/idempotency-key.js';
import { documentsIfMatch, parseIfMatch } from '../http/if-match.js';
import { onParameter } from '../http/parameter-decorator.js';
import { actorOf, principalOf } from './principal.js';

/** Who sends a command, and on what terms. */
export interface Caller {
  readonly actor: Actor;
  readonly requestId: string;
  readonly idempotencyKey?: string;
  /** If-Match: the revision at which what the command is for must stand */
  readonly onlyAt?: number;
}

/** @throws Problem 400 for a header that is not as it has to be */
export function callerOf(request: FastifyRequest): Caller {
  return {
    actor: actorOf(principalOf(request)),
    requestId: request.id,
    idempotencyKey: parseIdempotencyKey(request.headers['idempotency-key']),
    onlyAt: parseIfMatch(request.headers['if-match']),
  };
}

const fromRequest = createParamDecorator((_data: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<FastifyRequest>()),
);

/** `Caller`: who sends a command, and on what terms (Idempotency-Key, If-Match). */
export const FromCaller = (): ParameterDecorator =>
  onParameter(fromRequest(), documentsIdempotencyKey, documentsIfMatch);
