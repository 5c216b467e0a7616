import 'reflect-metadata';
import { Command, InvalidArgumentError } from 'commander';
import { caughtUp } from './cli/catch-up.js';
import { runDemo, type DemoOptions } from './cli/demo.command.js';
import { inSession } from './cli/session.js';
import { runStatus } from './cli/status.command.js';
import { ClientDecisions } from './client/change-client.js';
import { runImport, type ImportArguments } from './importing/import.command.js';
import { eventStoreCommand } from './ops/event-store.command.js';

const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 1 to 9999999.');
  return Number(text);
};

const program = new Command('tenure').description(
  'Tenure on the command line; it works beside a running Tenure, or without one.',
);

program
  .command('import')
  .description('import client histories: NDJSON, gzipped or not, one fact a line')
  .argument('<file>', 'the file')
  .option('--source <name>', 'where the facts come from: refs mean the same within one source', 'import')
  .option('--dry-run', 'check and decide everything, record nothing')
  .action((file: string, options: ImportArguments) =>
    inSession(async (session) => {
      const { app, runtime, signal } = session;
      const services = { runner: app.get(ClientDecisions), databaseUrl: runtime.databaseUrl, signal };
      const exitCode = await runImport(file, options, services, process.stdout);
      if (options.dryRun || signal.aborted) return exitCode;
      const paused = await caughtUp(session);
      process.stdout.write(
        paused.length > 0
          ? `Paused, and not up to date: ${paused.join(', ')}\n`
          : 'The read models are up to date.\n',
      );
      return exitCode;
    }),
  );

program
  .command('status')
  .description('where the servers are, and how far the read models have come')
  .action(() => inSession((session) => runStatus(session, process.stdout)));

program
  .command('demo')
  .description('fill Tenure with made-up histories and draw their retention table')
  .option('--clients <n>', 'how many clients', wholeNumber, 3_000)
  .option('--seed <n>', 'another seed makes other histories', wholeNumber, 1)
  .action((options: DemoOptions) => inSession((session) => runDemo(session, options, process.stdout)));

program.addCommand(eventStoreCommand());

// Whoever reads the output may have read enough (`| head`); the work itself goes on to its end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

await program.parseAsync();
