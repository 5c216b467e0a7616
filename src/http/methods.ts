import type { FastifyInstance } from './fastify-types.js';
import { Problem } from './problem.js';
import { pathOf } from './request-path.js';

/**
 * Tells an unknown address (404) from a known one that lacks the method (405 with `Allow`), and answers OPTIONS.
 * Fastify's router only says that nothing matched. To be called before any route is added.
 */
export function tellWrongMethods(fastify: FastifyInstance): void {
  const methodsByPath = new Map<string, { pattern: RegExp; methods: Set<string> }>();

  fastify.addHook('onRoute', ({ url, method }) => {
    const route = methodsByPath.get(url) ?? { pattern: patternOf(url), methods: new Set() };
    for (const one of [method].flat()) route.methods.add(one);
    methodsByPath.set(url, route);
  });

  fastify.addHook('onRequest', (request, reply, done) => {
    if (!request.is404) return done();
    const path = pathOf(request.url);
    const matching = [...methodsByPath.values()].filter(({ pattern }) => pattern.test(path));
    const allowed = [...new Set(matching.flatMap(({ methods }) => [...methods]))].sort();
    if (allowed.length === 0) return done(Problem.unknown('there is nothing at this address'));
    if (request.method !== 'OPTIONS') return done(Problem.methodNotAllowed(request.method, allowed));
    void reply.code(204).header('allow', allowed.join(', ')).send();
  });
}

/** `/clients/:id/notes` and `/docs/*` as expressions; the routes of this API use no other syntax. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => {
    if (part.startsWith(':')) return '[^/]+';
    return part === '*' ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('/')}/?$`);
}
