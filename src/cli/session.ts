import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { boot, closeOnSignal, type Booted } from '../boot.js';
import { CoreModule } from '../core.module.js';
import { createLogger } from '../http/logging.js';

/** What a command works with: the application, on the servers of a running Tenure or on its own. */
export interface Session<App extends INestApplicationContext = INestApplicationContext> extends Booted {
  readonly app: App;
  /** aborted at the first SIGINT or SIGTERM */
  readonly signal: AbortSignal;
}

/** The application without HTTP, which is all that most commands need. */
const core = (booted: Booted): Promise<INestApplicationContext> =>
  NestFactory.createApplicationContext(CoreModule.forRoot(booted), {
    logger: createLogger(booted.config),
    abortOnError: false,
  });

/**
 * Runs a command in a session, and ends the process with the exit code that it returns.
 * @param open makes the application
 */
export async function inSession<App extends INestApplicationContext = INestApplicationContext>(
  command: (session: Session<App>) => Promise<number>,
  open: (booted: Booted) => Promise<App> = core as (booted: Booted) => Promise<App>,
): Promise<never> {
  // People read the output of a command; of the log they want to see only what goes wrong.
  process.env.LOG_LEVEL ||= 'warn';
  const booted = await boot({ attach: true });
  const app = await open(booted);
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
