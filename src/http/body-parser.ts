import type { FastifyInstance } from './fastify-types.js';
import { pathOf } from './request-path.js';
import { Problem } from './problem.js';

/** What a file to import comes as. Others are unpacked, or their kind is found out, by what they begin with. */
export const UPLOAD_TYPES = [
  'application/x-ndjson',
  'text/csv',
  'application/gzip',
  'application/octet-stream',
];

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

/**
 * Hands the bodies of one route on as streams, of whatever size: its handler reads them from `request.body`. On any other
 * route these types are as unsupported as before.
 * @param route method and path, such as `POST /api/v1/imports`
 */
export function streamBodies(fastify: FastifyInstance, route: string, types: readonly string[]): void {
  fastify.addContentTypeParser([...types], (request, payload, done) => {
    if (`${request.method} ${pathOf(request.url)}` === route) done(null, payload);
    else done(Problem.unsupportedMediaType());
  });
}
