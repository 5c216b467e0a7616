import { Logger } from '@nestjs/common';
import { ConfigError, readConfig, type Config } from './config.js';
import { openRuntime, type Runtime } from './embedded/embedded-runtime.js';
import { isUnavailable } from './event-store/event-store.js';
import { createLogger } from './http/logging.js';

export interface Booted {
  readonly config: Config;
  readonly runtime: Runtime;
}

/**
 * What every process begins with: the configuration, and the servers it names or the embedded ones. Ends the process
 * where the configuration is wrong, the data directory is in use, or later an embedded server dies.
 * @param attach whether to work beside a process that has the embedded servers running already
 */
export async function boot({ attach }: { attach: boolean }): Promise<Booted> {
  process.on('unhandledRejection', survive);
  try {
    const config = readConfig(process.env);
    Logger.overrideLogger(createLogger(config));
    const logger = new Logger('Embedded');
    const { dataDir, eventStoreUrl, databaseUrl } = config;
    const log = (line: string) => (attach ? logger.debug(line) : logger.log(line));
    const runtime = await openRuntime({ dataDir, eventStoreUrl, databaseUrl, attach, log });
    runtime.failed.catch((error: Error) => end(error));
    return { config, runtime };
  } catch (error) {
    return end(error as Error);
  }
}

/** Runs `close` once at the first SIGINT or SIGTERM, then ends the process; a second one ends it at once. */
export function closeOnSignal(close: () => Promise<void>): void {
  let closing = false;
  const stop = (signal: NodeJS.Signals) => {
    if (closing) process.exit(1);
    closing = true;
    new Logger('Tenure').log(`${signal}: closing`);
    close().then(
      () => process.exit(0),
      (error: Error) => end(error),
    );
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}

/** A message for people, not a stack: what stops a start is a matter of the surroundings. */
export function end(error: Error): never {
  process.stderr.write(
    `${error instanceof ConfigError ? error.message : `Tenure cannot go on: ${error.message}`}\n`,
  );
  process.exit(1);
}

/**
 * The client library rejects promises that nobody holds when its connection breaks under a batch append. The append
 * itself is told by its deadline, so that such a rejection needs no more than a line in the log. Any other is a bug.
 */
export function survive(reason: unknown): void {
  if (isUnavailable(reason)) new Logger('EventStore').warn('the connection broke under an append');
  else throw reason;
}
