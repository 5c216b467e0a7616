import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import { namedSchemas } from '../schema/named-schemas.js';

const PROBLEM = {
  type: 'object',
  description: 'What went wrong (RFC 9457). The types are explained at /docs/problems.',
  required: ['type', 'title', 'status'],
  properties: {
    type: { type: 'string', format: 'uri-reference', example: '/docs/problems#illegal-state' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    instance: { type: 'string', format: 'uri-reference', description: 'path of the request' },
    errors: {
      type: 'array',
      description: 'the faults of a malformed request',
      items: {
        type: 'object',
        required: ['path', 'message'],
        properties: {
          path: { type: 'string', example: 'services.0.amountMinor' },
          message: { type: 'string' },
        },
      },
    },
    state: { type: 'string', description: 'of an illegal state: what holds now' },
    rule: { type: 'string', description: 'of an illegal state: what forbids it' },
    requestId: {
      type: 'string',
      format: 'uuid',
      description: 'of a fault of ours: what the log has it under',
    },
  },
} as const;

const HEADERS = {
  ETag: {
    description: 'Revision after the command; send it as `If-Match` with the next one.',
    schema: { type: 'string', example: '"12"' },
  },
  'X-Position': {
    description: 'Position in the log up to which the read model had seen when it answered.',
    schema: { type: 'string', example: '184467' },
  },
  Link: {
    description: 'The next page, `rel="next"`; absent on the last.',
    schema: { type: 'string', example: '</api/v1/clients?limit=50&cursor=…>; rel="next"' },
  },
} as const;

/** @returns the OpenAPI document of all routes, with what holds for every one of them written into each */
export function describeApi(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Tenure')
    .setDescription('Event-sourced client management: what happens to a client after the lead converts.')
    .setVersion('1')
    .addBearerAuth({
      type: 'http',
      scheme: 'bearer',
      description: 'An API key, or a JWT of the configured issuer.',
    })
    .addSecurityRequirements('bearer')
    .build();
  const document = SwaggerModule.createDocument(app, config);
  document.components = { ...document.components, headers: HEADERS };
  const { schemas } = document.components;
  document.components.schemas = { ...schemas, ...namedSchemas(), Problem: PROBLEM as object };
  for (const operation of operationsOf(document)) complete(operation);
  return document;
}

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & { 'x-roles'?: readonly string[] };

const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const;

function operationsOf({ paths }: OpenAPIObject): Operation[] {
  return Object.values(paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));
}

function complete(operation: Operation): void {
  // @Public leaves an empty list of roles.
  if (operation['x-roles']?.length === 0) {
    operation.security = [];
    delete operation['x-roles'];
  }
  const names = new Set((operation.parameters ?? []).map((one) => ('name' in one ? one.name : '')));
  const headers = {
    ...(names.has('If-Match') ? refTo('ETag') : {}),
    ...(names.has('X-Await-Position') ? refTo('X-Position') : {}),
    ...(names.has('cursor') ? refTo('Link') : {}),
  };
  for (const [status, response] of Object.entries(operation.responses)) {
    if (response === undefined || '$ref' in response) continue;
    if (status.startsWith('2')) response.headers = { ...headers, ...response.headers };
    else if (/^[45]/.test(status)) response.content = PROBLEM_CONTENT;
    for (const [type, content] of Object.entries(response.content ?? {}))
      if (!type.endsWith('json')) content.schema = { type: 'string' };
  }
  operation.responses['4XX'] ??= { description: 'Refused, and why.', content: PROBLEM_CONTENT };
  operation.responses['5XX'] ??= {
    description: 'A fault of ours, or something that is down (503 with `Retry-After`).',
    content: PROBLEM_CONTENT,
  };
}

const PROBLEM_CONTENT = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };

const refTo = (header: keyof typeof HEADERS) => ({ [header]: { $ref: `#/components/headers/${header}` } });
