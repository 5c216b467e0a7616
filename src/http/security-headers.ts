import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from './fastify-types.js';

/**
 * What every answer carries. Only the documentation page is meant for a browser, and it needs nothing from elsewhere;
 * swagger-ui styles its elements inline. Whether there is TLS, and so HSTS, is for the proxy in front to say.
 */
export function useSecurityHeaders(app: NestFastifyApplication): void {
  app.useSecurityHeaders({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': "'none'",
        'base-uri': "'none'",
        'connect-src': "'self'",
        'font-src': ["'self'", 'data:'],
        'form-action': "'none'",
        'frame-ancestors': "'none'",
        'img-src': ["'self'", 'data:'],
        'script-src': "'self'",
        'style-src': ["'self'", "'unsafe-inline'"],
      },
    },
    xFrameOptions: { action: 'deny' },
    strictTransportSecurity: false,
  });
}

/** No answer of the API is to be kept by a cache: it shows people, or is out of date in a moment. */
export function forbidCaching(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    reply.header('cache-control', 'no-store');
    done();
  });
}
