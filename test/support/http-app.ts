import 'reflect-metadata';
import { Global, Module, type ModuleMetadata } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DataSource } from 'typeorm';
import type { AccessOptions } from '../../src/access/access-options.js';
import { AccessModule } from '../../src/access/access.module.js';
import { ApiKey } from '../../src/access/api-key.entity.js';
import { CreateApiKey1795305600000 } from '../../src/access/migrations/create-api-key.js';
import { connectDatabase } from '../../src/database.js';
import { createHttpApp } from '../../src/http/configure-app.js';
import { freshDatabase } from './servers.js';

/** Any 32 bytes. */
export const MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
export const ADMIN_KEY = 'an-admin-key-of-the-environment-that-is-long-enough';

export interface Route {
  method: string;
  url: string;
}

export interface HttpApp {
  app: NestFastifyApplication;
  server: ReturnType<NestFastifyApplication['getHttpServer']>;
  database: DataSource;
  /** the routes of all controllers */
  routes: Route[];
  close(): Promise<void>;
}

interface Options extends Pick<ModuleMetadata, 'controllers' | 'imports' | 'providers'> {
  access?: AccessOptions;
  /** the log is silent unless told */
  logLevel?: 'debug';
  /** connected already, and left open; by default a fresh one that goes with the app */
  database?: DataSource;
}

export interface AccessDatabase {
  url: string;
  database: DataSource;
  drop(): Promise<void>;
  /** drops it under whoever is connected to it */
  cut(): Promise<void>;
}

/** An empty database with the tables of access. */
export async function accessDatabase(): Promise<AccessDatabase> {
  const { url, drop } = await freshDatabase();
  const migrations = [CreateApiKey1795305600000];
  const database = await connectDatabase({ type: 'postgres', url, entities: [ApiKey], migrations });
  return { url, database, cut: drop, drop: () => database.destroy().then(drop) };
}

/** An application as `createHttpApp` makes it, listening on a free port, around the given controllers. */
export async function startHttpApp({
  access,
  logLevel,
  database: given,
  ...metadata
}: Options = {}): Promise<HttpApp> {
  const { database, drop } = given ? { database: given, drop: () => undefined } : await accessDatabase();
  const root = rootModule(database, access ?? { adminKey: ADMIN_KEY }, metadata);
  const app = await createHttpApp(root, { logLevel: logLevel ?? 'fatal', logFormat: 'json' });
  const routes = recordRoutes(app);
  await app.listen(0, '127.0.0.1');
  const close = () => app.close().then(drop);
  return { app, server: app.getHttpServer(), database, routes, close };
}

/** @returns a list that fills with the routes of controllers while the app, not yet listening, starts */
export function recordRoutes(app: NestFastifyApplication): Route[] {
  const routes: Route[] = [];
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const one of [method].flat()) if (one !== 'HEAD') routes.push({ method: one, url });
  });
  return routes;
}

/** @returns those routes that answer somebody without a token with anything but 401 */
export async function openRoutes(app: NestFastifyApplication, routes: readonly Route[]): Promise<string[]> {
  const open: string[] = [];
  for (const { method, url } of routes) {
    const path = url.replace(/:\w+/g, '5f0c7a52-6f0a-4b6e-9d0e-0a4b2a7b1c11');
    const { statusCode, headers } = await app.inject({ method: method as 'GET', url: path });
    if (statusCode !== 401 || headers['www-authenticate'] !== 'Bearer') open.push(`${method} ${url}`);
  }
  return open;
}

function rootModule(database: DataSource, access: AccessOptions, metadata: ModuleMetadata) {
  @Global()
  @Module({ providers: [{ provide: DataSource, useValue: database }], exports: [DataSource] })
  class Infrastructure {}

  @Module({
    ...metadata,
    imports: [Infrastructure, AccessModule.forRoot(access), ...(metadata.imports ?? [])],
  })
  class Root {}
  return Root;
}
