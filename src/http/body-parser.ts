import type { FastifyInstance } from './fastify-types.js';
import { Problem } from './problem.js';

/**
 * JSON is the only kind of body, unless a route brings a parser of its own. An empty one counts as none: many clients
 * send the Content-Type with every call. Keys that would reach an object's prototype are refused.
 */
export function acceptJsonOnly(fastify: FastifyInstance): void {
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) return done(null, undefined);
    void parse(request, body as string, (error, parsed) => {
      if (error) done(Problem.badRequest([{ path: 'body', message: 'is not valid JSON' }]));
      else done(null, parsed);
    });
  });
}
