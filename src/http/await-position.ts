import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from './fastify-types.js';
import { onParameter } from './parameter-decorator.js';
import { Problem } from './problem.js';

export const AWAIT_POSITION = 'X-Await-Position';
export const AWAIT_TIMEOUT = 'X-Await-Timeout';
const LONGEST_WAIT = 5_000;
const HIGHEST_POSITION = 2n ** 63n - 1n;

/** What the read model must have seen before it answers. */
export interface Await {
  readonly position: bigint;
  /** milliseconds, 0 (do not wait, refuse at once) to 5000 */
  readonly timeoutMs: number;
}

type Header = string | string[] | undefined;

/** @returns what to wait for; undefined without a position, then the query answers at once. @throws Problem 400 */
export function parseAwait(position: Header, timeout: Header): Await | undefined {
  const errors = [];
  if (position !== undefined && !isPosition(position))
    errors.push({
      path: AWAIT_POSITION,
      message: 'must be a position as this API gives it, in decimal digits',
    });
  if (timeout !== undefined && !isTimeout(timeout))
    errors.push({ path: AWAIT_TIMEOUT, message: `must be whole milliseconds from 0 to ${LONGEST_WAIT}` });
  if (errors.length > 0) throw Problem.badRequest(errors);
  if (position === undefined) return undefined;
  return { position: BigInt(position as string), timeoutMs: Number(timeout ?? LONGEST_WAIT) };
}

const isPosition = (text: Header): boolean =>
  typeof text === 'string' && /^\d{1,19}$/.test(text) && BigInt(text) <= HIGHEST_POSITION;

const isTimeout = (text: Header): boolean =>
  typeof text === 'string' && /^\d{1,4}$/.test(text) && Number(text) <= LONGEST_WAIT;

const fromRequest = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const { headers } = context.switchToHttp().getRequest<FastifyRequest>();
  return parseAwait(headers['x-await-position'], headers['x-await-timeout']);
});

/** `Await | undefined`: read your writes. Pass the `position` of a command's answer on to the query. */
export const AwaitPosition = (): ParameterDecorator =>
  onParameter(
    fromRequest(),
    ApiHeader({
      name: AWAIT_POSITION,
      required: false,
      description:
        'Wait until the read model has seen this position (of a command’s answer, say); 503 when the time runs out.',
      schema: { type: 'string', pattern: '^[0-9]{1,19}$' },
    }),
    ApiHeader({
      name: AWAIT_TIMEOUT,
      required: false,
      description: 'How long to wait at most, in milliseconds.',
      schema: { type: 'integer', minimum: 0, maximum: LONGEST_WAIT, default: LONGEST_WAIT },
    }),
  );
