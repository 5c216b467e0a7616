import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { describeApi } from './openapi.js';
import { PROBLEMS_PAGE } from './problems-page.js';

const HTML = 'text/html; charset=utf-8';
const JAVASCRIPT = 'text/javascript; charset=utf-8';

/** Of swagger-ui, which Nest's own package brings along. All of it is served from here: it works without a network. */
const ASSETS = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': JAVASCRIPT,
  'favicon-32x32.png': 'image/png',
};

const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Tenure API</title>
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="icon" href="docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
`;

/** A file of its own, as no script in a page may run here. Without a validator no badge is fetched from elsewhere. */
const START = `SwaggerUIBundle({
  url: 'docs/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
`;

/** Serves the reference of the API at /docs, /docs/openapi.json and /docs/problems, open to everybody. */
export function serveDocumentation(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  // All routes are known by the time somebody asks.
  let document: string | undefined;
  fastify.get('/docs', (_request, reply) => reply.type(HTML).send(PAGE));
  fastify.get('/docs/', (_request, reply) => reply.redirect('../docs', 308));
  fastify.get('/docs/start.js', (_request, reply) => reply.type(JAVASCRIPT).send(START));
  fastify.get('/docs/problems', (_request, reply) => reply.type(HTML).send(PROBLEMS_PAGE));
  fastify.get('/docs/openapi.json', (_request, reply) =>
    reply.type('application/json').send((document ??= JSON.stringify(describeApi(app)))),
  );
  const folder = swaggerUiFolder();
  for (const [name, type] of Object.entries(ASSETS)) {
    fastify.get(`/docs/${name}`, (_request, reply) =>
      reply
        .type(type)
        .header('cache-control', 'max-age=3600')
        .send(createReadStream(join(folder, name))),
    );
  }
}

function swaggerUiFolder(): string {
  const { resolve } = createRequire(import.meta.url);
  return dirname(createRequire(resolve('@nestjs/swagger')).resolve('swagger-ui-dist/package.json'));
}
