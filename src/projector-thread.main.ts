import 'reflect-metadata';
import { parentPort, workerData } from 'node:worker_threads';
import { NestFactory } from '@nestjs/core';
import { survive } from './boot.js';
import { readConfig } from './config.js';
import { CoreModule } from './core.module.js';
import { createLogger } from './http/logging.js';
import type { Moved, ProjectorData } from './launch-projector.js';

/** Runs in the worker thread that `launchProjector` starts, on servers that its parent cares for. */
process.on('unhandledRejection', survive);
const { logFormat, ...runtime } = workerData as ProjectorData;
const config = { ...readConfig(process.env), logFormat };
const moved = (projection: string) => parentPort?.postMessage({ moved: projection } satisfies Moved);
const app = await NestFactory.createApplicationContext(
  CoreModule.forRoot({ config, runtime }, { run: true, moved }),
  { logger: createLogger(config) },
);
parentPort?.once('message', () => {
  void app.close().then(() => parentPort?.close());
});
