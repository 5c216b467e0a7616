import { HttpException } from '@nestjs/common';
import type { Rejection } from '../event-store/decider.js';
import { CommandIdReused } from '../event-store/decision-runner.js';
import { EventStoreUnavailable, RevisionConflict } from '../event-store/event-store.js';
import { SubjectForgotten } from '../event-store/subject-keys.js';
import { ReadModelBehind } from '../projecting/await-position.js';
import { isDatabaseUnavailable } from './database-unavailable.js';
import { Problem } from './problem.js';

/** @returns the answer to give for whatever was thrown; a fault of ours for all that is not known to be something else */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof RevisionConflict)
    return Problem.preconditionFailed(`it is no longer at revision ${error.expected}`);
  if (error instanceof SubjectForgotten)
    return Problem.illegalState('the client is being forgotten, so nothing personal can be recorded of it', {
      ...{ state: 'erased', rule: 'forgotten-for-good' },
    });
  if (error instanceof CommandIdReused) return Problem.idempotencyKeyReused();
  if (error instanceof EventStoreUnavailable)
    return Problem.unavailable(2, 'the event store is not available', { cause: error });
  if (error instanceof ReadModelBehind)
    return Problem.unavailable(1, `${error.projection} has not come to position ${error.position} yet`);
  if (error instanceof HttpException) return ofHttpException(error);
  if (isDatabaseUnavailable(error))
    return Problem.unavailable(2, 'the database is not available', { cause: error });
  return Problem.internal(error);
}

/** @returns the answer to a command that a rule of the business refused */
export function refused({ kind, detail, more: { path = 'body', ...names } }: Rejection): Problem {
  switch (kind) {
    case 'illegal':
      return Problem.illegalState(detail, names);
    case 'invalid':
      return Problem.badRequest([{ path, message: detail }]);
    case 'unknown':
      return Problem.unknown(detail);
  }
}

/** What Nest and Fastify throw by themselves; an error of Fastify's may arrive as the cause of one of Nest's. */
function ofHttpException(error: HttpException): Problem {
  const status = error.getStatus();
  const code = (error.cause as { code?: unknown } | undefined)?.code;
  if (typeof code === 'string' && code.startsWith('FST_')) return ofFastify(code, status);
  switch (status) {
    case 400:
      return Problem.badRequest([], error.message);
    case 401:
      return Problem.unauthenticated(error.message);
    case 403:
      return Problem.forbidden(error.message);
    case 404:
      return Problem.unknown(error.message);
    case 409:
      return Problem.illegalState(error.message);
    case 503:
      return Problem.unavailable(5, 'it is not available at the moment', { cause: error });
    default:
      return status < 500 ? Problem.ofStatus(status, error.message) : Problem.internal(error);
  }
}

/** Fastify's messages quote the URL back; ours do not. */
export function ofFastify(code: string, status: number): Problem {
  if (code === 'FST_ERR_BAD_URL')
    return Problem.badRequest([{ path: 'url', message: 'is not valid percent-encoding' }]);
  if (code === 'FST_ERR_CTP_INVALID_CONTENT_LENGTH')
    return Problem.badRequest([{ path: 'body', message: 'is not as long as Content-Length says' }]);
  if (status === 413) return Problem.tooLarge();
  if (status === 415) return Problem.unsupportedMediaType();
  return Problem.ofStatus(status);
}
