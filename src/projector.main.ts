import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { boot, closeOnSignal } from './boot.js';
import { CoreModule } from './core.module.js';
import { createLogger } from './http/logging.js';

/** Projections alone, for a machine of their own. Beside other processes it shares the work: each projection has one leader. */
const booted = await boot({ attach: true });
const { config, runtime } = booted;
const app = await NestFactory.createApplicationContext(CoreModule.forRoot(booted), {
  logger: createLogger(config),
});
closeOnSignal(async () => {
  await app.close();
  await runtime.close();
});
new Logger('Tenure').log('Projecting');
