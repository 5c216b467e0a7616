import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from './fastify-types.js';
import { withoutData } from './loggable-error.js';
import { toProblem } from './problem.mapping.js';
import type { Problem } from './problem.js';
import { pathOf, routeOf } from './request-path.js';

/** Also for what Fastify refuses before any hook or filter of ours sees it. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const body = problem.body(pathOf(request.url));
  if (problem.status >= 500) body.requestId = request.id;
  // Whatever the handler had said of a body that now does not come.
  for (const header of ['etag', 'link', 'content-disposition', 'content-length', 'content-encoding'])
    reply.removeHeader(header);
  void reply
    .code(problem.status)
    .headers({
      ...problem.more.headers,
      'content-type': 'application/problem+json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': request.id,
    })
    .serializer(JSON.stringify)
    .send(body);
}

/** Answers everything that was thrown, wherever it was thrown, as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error);
    if (problem.status >= 500) this.log(problem.status, error, request);
    if (reply.sent || reply.raw.headersSent) {
      // The answer was on its way. Cutting it off is the only way left to say that it is not whole.
      reply.raw.destroy();
      return;
    }
    sendProblem(problem, request, reply);
  }

  /** The route, not the URL: ids and search texts are nobody's business but the caller's. */
  private log(status: number, error: unknown, request: FastifyRequest): void {
    const what = {
      requestId: request.id,
      method: request.method,
      route: routeOf(request),
      status,
      error: withoutData(error),
    };
    if (status === 503) this.logger.warn('a dependency is not available', what);
    else this.logger.error('a request failed', what);
  }
}
