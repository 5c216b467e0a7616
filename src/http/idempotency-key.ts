import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from './fastify-types.js';
import { onParameter } from './parameter-decorator.js';
import { Problem } from './problem.js';

export const IDEMPOTENCY_KEY = 'Idempotency-Key';

/** @returns the key, 1–255 visible ASCII characters; undefined without the header. @throws Problem 400 */
export function parseIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  // Node joins a repeated header with ", ", so that two keys fail for their space.
  if (typeof header === 'string' && /^[\x21-\x7e]{1,255}$/.test(header)) return header;
  throw Problem.badRequest([
    { path: IDEMPOTENCY_KEY, message: 'must be 1 to 255 visible ASCII characters, without spaces' },
  ]);
}

const fromRequest = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  parseIdempotencyKey(context.switchToHttp().getRequest<FastifyRequest>().headers['idempotency-key']),
);

/** Documents the header on a command's operation. */
export const documentsIdempotencyKey = ApiHeader({
  name: IDEMPOTENCY_KEY,
  required: false,
  description:
    'Names this request. Sent again with the same key and body it gets the first answer and changes nothing; the same key with another body is 422.',
  schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[!-~]+$' },
});

/** `string | undefined`: the name the caller gave to this request. */
export const IdempotencyKey = (): ParameterDecorator => onParameter(fromRequest(), documentsIdempotencyKey);
