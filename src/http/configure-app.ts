import { randomUUID } from 'node:crypto';
import type { DynamicModule, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory, Reflector } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Config } from '../config.js';
import { acceptJsonOnly, streamBodies, UPLOAD_TYPES } from './body-parser.js';
import { serveDocumentation } from './documentation.js';
import { createLogger, logRequests } from './logging.js';
import { tellWrongMethods } from './methods.js';
import { NextLinkInterceptor } from './next-link.interceptor.js';
import { ProblemFilter } from './problem.filter.js';
import { RepresentationInterceptor } from './representation.interceptor.js';
import { forbidCaching, useSecurityHeaders } from './security-headers.js';
import { answerUnreadable, refuseBeforeRouting } from './unreadable-request.js';
import { RequestValidationPipe } from './validation.js';

const BODY_LIMIT = 1_048_576;
const BASE = 'api/v1';
/** For machines and people, at the root; everything else is the API's. */
const OUTSIDE_BASE = ['health/live', 'health/ready', 'metrics'];

/**
 * The application as it serves HTTP, ready to `listen`. Controllers name their paths below `/api/v1`. `close` takes no
 * more calls and lets those under way come to their end; when that is to be, is for the process to say.
 * @param module the root module, whose imports bring the guards (AccessModule)
 */
export async function createHttpApp(
  module: Type | DynamicModule,
  config: Pick<Config, 'logLevel' | 'logFormat'>,
): Promise<NestFastifyApplication> {
  const options = { ...httpOptions(), logger: createLogger(config), abortOnError: false };
  const app = await NestFactory.create<NestFastifyApplication>(module, httpAdapter(), options);
  return configureApp(app);
}

/** Body parsing is ours (body-parser.ts). */
export const httpOptions = (): NestApplicationOptions => ({ bodyParser: false });

/** Fastify, with nothing taken from the caller on trust: neither a request id nor an address that a proxy might name. */
export function httpAdapter(): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: false,
    requestIdHeader: false,
    genReqId: () => randomUUID(),
    // Nest's shutdown waits for calls under way. One that still comes on an open connection is served as well.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
    frameworkErrors: refuseBeforeRouting,
    clientErrorHandler: answerUnreadable,
  });
}

/** Gives an application made with `httpAdapter` and `httpOptions` the conventions of the API. Call it before `init`. */
export function configureApp(app: NestFastifyApplication): NestFastifyApplication {
  const fastify = app.getHttpAdapter().getInstance();
  useSecurityHeaders(app);
  forbidCaching(fastify);
  tellWrongMethods(fastify);
  logRequests(fastify);
  acceptJsonOnly(fastify);
  streamBodies(fastify, `POST /${BASE}/imports`, UPLOAD_TYPES);
  app.setGlobalPrefix(BASE, { exclude: OUTSIDE_BASE });
  app.useGlobalFilters(new ProblemFilter());
  app.useGlobalPipes(new RequestValidationPipe());
  // The outer one is first on the way in and last on the way out: the link is read off the body before it becomes CSV.
  app.useGlobalInterceptors(new RepresentationInterceptor(app.get(Reflector)), new NextLinkInterceptor());
  serveDocumentation(app);
  return app;
}
