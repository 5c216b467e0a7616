import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyRequest } from './fastify-types.js';
import { onParameter } from './parameter-decorator.js';
import { Problem } from './problem.js';

export const IF_MATCH = 'If-Match';

/**
 * Reads `If-Match: "<revision>"`, the entity tag that commands and cards answer with.
 * @returns the revision; undefined without the header
 * @throws Problem 400 for anything else. `*` is refused: that a client exists is what every command demands anyway.
 */
export function parseIfMatch(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const revision = /^"(\d{1,15})"$/.exec(header.trim())?.[1];
  if (revision !== undefined) return Number(revision);
  const hint = header.trim() === '*' ? '; * says nothing here that the command does not demand anyway' : '';
  const message = `must be one strong entity tag as this API gives it, such as "12"${hint}`;
  throw Problem.badRequest([{ path: IF_MATCH, message }]);
}

const fromRequest = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  parseIfMatch(context.switchToHttp().getRequest<FastifyRequest>().headers['if-match']),
);

/** Documents the header on a command's operation. */
export const documentsIfMatch = ApiHeader({
  name: IF_MATCH,
  required: false,
  description: 'Apply only if this is still the current revision, as in `ETag`; otherwise 412.',
  example: '"12"',
});

/** `number | undefined`: the revision at which the caller wants the command to apply. */
export const IfMatch = (): ParameterDecorator => onParameter(fromRequest(), documentsIfMatch);

/** @returns the `ETag` of a revision */
export const etagOf = (revision: number): string => `"${revision}"`;
