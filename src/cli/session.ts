import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { boot, closeOnSignal, type Booted } from '../boot.js';
import { CoreModule } from '../core.module.js';
import { createLogger } from '../http/logging.js';

/** What a command works with: the application without HTTP, on the servers of a running Tenure or on its own. */
export interface Session extends Booted {
  readonly app: INestApplicationContext;
  /** aborted at the first SIGINT or SIGTERM */
  readonly signal: AbortSignal;
}

/** Runs a command in a session, and ends the process with the exit code that it returns. */
export async function inSession(command: (session: Session) => Promise<number>): Promise<never> {
  // People read the output of a command; of the log they want to see only what goes wrong.
  process.env.LOG_LEVEL ||= 'warn';
  const booted = await boot({ attach: true });
  const logger = createLogger(booted.config);
  const app = await NestFactory.createApplicationContext(CoreModule.forRoot(booted), {
    logger,
    abortOnError: false,
  });
  const interrupt = new AbortController();
  const finished = command({ ...booted, app, signal: interrupt.signal }).finally(async () => {
    await app.close();
    await booted.runtime.close();
  });
  closeOnSignal(async () => {
    interrupt.abort(new Error('interrupted'));
    await finished.catch(() => undefined);
  });
  process.exit(await finished);
}
