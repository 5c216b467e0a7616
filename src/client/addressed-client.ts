import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiParam } from '@nestjs/swagger';
import { isUUID } from 'class-validator';
import { callerOf, type Caller } from '../access/caller.js';
import type { FastifyReply, FastifyRequest } from '../http/fastify-types.js';
import { documentsIdempotencyKey } from '../http/idempotency-key.js';
import { documentsIfMatch } from '../http/if-match.js';
import { onParameter } from '../http/parameter-decorator.js';
import { Problem } from '../http/problem.js';

/** The client that the path of a command names, who sends it, and where the answer goes. */
export interface AddressedClient {
  readonly clientId: string;
  readonly caller: Caller;
  readonly reply: FastifyReply;
}

const fromRequest = createParamDecorator((_data: unknown, context: ExecutionContext): AddressedClient => {
  const http = context.switchToHttp();
  const request = http.getRequest<FastifyRequest>();
  const { clientId } = request.params as { clientId?: unknown };
  if (!isUUID(clientId, 'all')) {
    throw Problem.badRequest([{ path: 'clientId', message: 'clientId must be a UUID' }]);
  }
  const reply = http.getResponse<FastifyReply>();
  return { clientId: (clientId as string).toLowerCase(), caller: callerOf(request), reply };
});

/** `AddressedClient`, on a route whose path names `:clientId`. */
export const ToClient = (): ParameterDecorator =>
  onParameter(
    fromRequest(),
    documentsIdempotencyKey,
    documentsIfMatch,
    ApiParam({ name: 'clientId', schema: { type: 'string', format: 'uuid' } }),
  );
