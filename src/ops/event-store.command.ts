import { Command, InvalidArgumentError } from 'commander';
import { ConfigError, readConfig } from '../config.js';
import { backup, restore, serve, type Surroundings } from './event-log.actions.js';

const portNumber = (text: string): number => {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError('It must be a port number, or 0 for any free one.');
  return Number(text);
};

const atOnce = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 1 to 9999.');
  return Number(text);
};

/** @returns the command `eventstore` with its subcommands: caring for the log, and moving it to another server */
export function eventStoreCommand(): Command {
  const command = new Command('eventstore').description(
    'the event store: serve, back up, restore, verify, copy',
  );
  const data = ['--data <dir>', 'the data directory (default: TENURE_DATA_DIR)'] as const;

  command
    .command('serve')
    .description('run the embedded event store alone, on loopback, until it is interrupted')
    .requiredOption('--port <n>', 'where it listens; 0 = any free port', portNumber)
    .option(...data)
    .action((options: { port: number; data?: string }) =>
      inForeground(options, (surroundings) => serve(options.port, surroundings)),
    );
  command
    .command('backup')
    .description('write a copy of the embedded event log, beside a running Tenure or without one')
    .argument('<dir>', 'where it is to lie: a directory that is not there yet')
    .option(...data)
    .action((dir: string, options: { data?: string }) =>
      inForeground(options, (surroundings) => backup(dir, surroundings)),
    );
  command
    .command('restore')
    .description('load a backup into a data directory that holds no events')
    .argument('<dir>', 'the backup')
    .option(...data)
    .action((dir: string, options: { data?: string }) =>
      inForeground(options, (surroundings) => restore(dir, surroundings)),
    );
  command
    .command('verify')
    .description('check every record of the log and the hash chain of every stream')
    .option(...data)
    .option('--backup <dir>', 'check a backup instead')
    .action((options: { data?: string; backup?: string }) =>
      inForeground(options, async (surroundings) => {
        const { verify } = await import('./event-store-verify.action.js');
        return verify(options.backup, surroundings);
      }),
    );
  command
    .command('copy')
    .description(
      'copy all streams to another event store, and compare; run again, it goes on where it stopped',
    )
    .requiredOption('--to <url>', 'esdb://…, with an administrator’s credentials where it asks for any')
    .option('--from <url>', 'esdb://… (default: the embedded event store)')
    .option('--in-flight <n>', 'appends under way at once; 1 = one at a time', atOnce)
    .option(...data)
    .action((options: { to: string; from?: string; inFlight?: number; data?: string }) =>
      inForeground(options, async (surroundings) => {
        // The client library comes only with the commands that speak to a server: a node alone does without.
        const { copy } = await import('./event-store-copy.action.js');
        return copy(options, surroundings);
      }),
    );
  return command;
}

/** Runs an action until it ends or is interrupted, and ends the process with the exit code that it returns. */
async function inForeground(
  { data }: { data?: string },
  action: (surroundings: Surroundings) => Promise<number>,
): Promise<never> {
  const interrupt = new AbortController();
  const stop = (signal: NodeJS.Signals) => {
    if (interrupt.signal.aborted) process.exit(1);
    interrupt.abort(new Error(`${signal}: stopped`));
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const config = readConfig(process.env);
    const surroundings = {
      config,
      dataDir: data ?? config.dataDir,
      signal: interrupt.signal,
      out: process.stdout,
    };
    process.exit(await action(surroundings));
  } catch (error) {
    process.stderr.write(`${messageOf(error as Error)}\n`);
    process.exit(1);
  }
}

function messageOf(error: Error): string {
  if (error instanceof ConfigError) return error.message;
  const cause = error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${error.message}${cause}`;
}
