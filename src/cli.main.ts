import 'reflect-metadata';
import { Command, InvalidArgumentError, Option } from 'commander';
import { validate as isUuid } from 'uuid';
import { eventStoreCommand } from './ops/event-store.command.js';

const wholeNumber = (text: string): number => {
  if (!/^[1-9]\d{0,6}$/.test(text))
    throw new InvalidArgumentError('It must be a whole number from 1 to 9999999.');
  return Number(text);
};

const uuid = (text: string): string => {
  if (!isUuid(text)) throw new InvalidArgumentError('It must be the id of a client, a UUID.');
  return text.toLowerCase();
};

const nameAndValue = (text: string, before: [string, string][]): [string, string][] => {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new InvalidArgumentError('It must be a name and a value, such as grain=quarter.');
  return [...before, [name, value]];
};

/** Loaded only by the commands that need it: a node that runs alone should not carry the application in its memory. */
const application = () => import('./cli/commands.js');

const program = new Command('tenure').description(
  'Tenure on the command line; it works beside a running Tenure, or without one.',
);

program
  .command('import')
  .description('import client histories: NDJSON, gzipped or not, one fact a line')
  .argument('<file>', 'the file')
  .option('--source <name>', 'where the facts come from: refs mean the same within one source', 'import')
  .option('--dry-run', 'check and decide everything, record nothing')
  .action(async (file: string, options: { source: string; dryRun?: boolean }) =>
    (await application()).importFile(file, options),
  );

program
  .command('status')
  .description('where the servers are, and how far the read models have come')
  .action(async () => (await application()).showStatus());

program
  .command('demo')
  .description('fill Tenure with made-up histories and draw their retention table')
  .option('--clients <n>', 'how many clients', wholeNumber, 3_000)
  .option('--seed <n>', 'another seed makes other histories', wholeNumber, 1)
  .action(async (options: { clients: number; seed: number }) => (await application()).playDemo(options));

program
  .command('report')
  .description('an analytics report on the terminal; `retention` is drawn as a heat-map')
  .argument('<name>', 'as in the API: retention, lapses, lifecycle, survival, repeat, ltv, rfm, overview …')
  .argument(
    '[parameters...]',
    'the API’s own, such as grain=quarter mode=status asOf=2024-01-01T00:00:00Z',
    nameAndValue,
    [],
  )
  .addOption(
    new Option('--format <format>', 'how to print it').choices(['table', 'json', 'csv']).default('table'),
  )
  .action(
    async (name: string, parameters: [string, string][], options: { format: 'table' | 'json' | 'csv' }) =>
      (await application()).report(name, parameters, options),
  );

const projections = program
  .command('projections')
  .description('the read models: rebuild, verify, prune, park, resume');
const named = ['<name>', 'the projection, as `status` names it'] as const;
projections
  .command('rebuild')
  .description('fill its tables anew from the log, beside those that serve, which they then replace')
  .argument(...named)
  .action(async (name: string) => (await application()).rebuild(name));
projections
  .command('verify')
  .description('prove that its tables are what the log comes to, or name the first row that is not')
  .argument(...named)
  .action(async (name: string) => (await application()).verifyProjection(name));
projections
  .command('prune')
  .description('drop the tables of versions and rebuilds that serve no more')
  .action(async () => (await application()).prune());
projections
  .command('park')
  .description('go on after the event at which it paused')
  .argument(...named)
  .action(async (name: string) => (await application()).endPause('park', name));
projections
  .command('resume')
  .description('go on with the event at which it paused')
  .argument(...named)
  .action(async (name: string) => (await application()).endPause('resume', name));

const keys = program.command('keys').description('the keys under which personal data is stored');
keys
  .command('status')
  .description('how many keys of clients are wrapped by which master key')
  .action(async () => (await application()).keysStatus());
keys
  .command('rotate')
  .description(
    'wrap every key by the current master key, or by a new one where it is kept in the data directory',
  )
  .action(async () => (await application()).rotateKeys());

keys
  .command('verify')
  .description('destroy again the keys of forgotten clients that a restored backup brought back')
  .action(async () => (await application()).verifyKeys());

program
  .command('verify')
  .description(
    'prove that no recorded fact was changed: follow the hash chain of every stream, or of one client',
  )
  .argument('[client]', 'id of the client', uuid)
  .action(async (client?: string) => (await application()).verify(client));

program.addCommand(eventStoreCommand());

// Whoever reads the output may have read enough (`| head`); the work itself goes on to its end.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

await program.parseAsync();
