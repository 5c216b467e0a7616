import { randomBytes } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClientDecisions } from '../../src/client/change-client.js';
import { clientEvents, clientStream, type ClientEvent } from '../../src/client/client.events.js';
import { historyFile, historyLines } from '../../src/demo/history-generator.js';
import { Codec } from '../../src/event-store/codec.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { ImportIds } from '../../src/importing/import-ids.js';
import { importHistories } from '../../src/importing/importer.js';
import { freshEventStore } from '../support/event-store.js';
import { builtModule, startNode } from '../support/node-process.js';
import { freshDatabase } from '../support/servers.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { clientKeysIn } from '../support/client-keys.js';
import { ninetyDays } from '../support/commands.js';

const now = '2026-11-22T12:00:00.000Z';
const histories = { seed: 3, clients: 200, from: '2025-01-01T00:00:00.000Z', to: now };

it('an import whose process is killed is completed by importing again, each life as in one go', async () => {
  const [killed, clean] = [await freshEventStore(), await freshEventStore()];
  const [spool, directory] = [await freshDatabase(), await temporaryDirectory()];
  const master = randomBytes(32);
  const keys = await clientKeysIn(spool.url, master);
  const codec = new Codec<ClientEvent>(clientEvents, keys.keys);
  const stores = [new EventStore(killed.url), new EventStore(clean.url)] as const;
  const importInto = (store: EventStore) => {
    const runner = new ClientDecisions(store, keys.keys);
    return importHistories({
      input: historyFile(histories),
      source: 'crm',
      runner,
      blind: keys.keys.blind.bind(keys.keys),
      databaseUrl: spool.url,
      policy: ninetyDays,
      now,
    });
  };
  try {
    const file = join(directory.path, 'histories.ndjson');
    await writeFile(file, [...historyLines(histories)].join('\n'));
    const importing = startNode(`
      const { createReadStream } = await import('node:fs');
      const { EventStore } = await import(${builtModule('src/event-store/event-store.js')});
      const { ClientDecisions } = await import(${builtModule('src/client/change-client.js')});
      const { importHistories } = await import(${builtModule('src/importing/importer.js')});
      const { DataSource } = await import('typeorm');
      const { ClientKeys } = await import(${builtModule('src/privacy/client-keys.js')});
      const { MasterKeys } = await import(${builtModule('src/privacy/master-keys.js')});
      const database = await new DataSource({ type: 'postgres', url: ${JSON.stringify(spool.url)} }).initialize();
      const keys = new ClientKeys(database, MasterKeys.given(Buffer.from('${master.toString('hex')}', 'hex')));
      const runner = new ClientDecisions(new EventStore(${JSON.stringify(killed.url)}), keys);
      // However fast the machine is, it gets no further than this.
      const run = runner.run.bind(runner);
      let commands = 0;
      runner.run = (request) => {
        if (++commands <= 100) return run(request);
        console.log('recorded some');
        return new Promise(() => undefined);
      };
      await importHistories({
        input: createReadStream(${JSON.stringify(file)}),
        source: 'crm',
        runner,
        blind: keys.blind.bind(keys),
        databaseUrl: ${JSON.stringify(spool.url)},
        policy: { kind: 'fixed', windowDays: 90, version: 0 },
        now: ${JSON.stringify(now)},
      });`);
    await importing.says(/recorded some/);
    await importing.kill();
    expect(await importing.ended).toMatchObject({ signal: 'SIGKILL' });

    const whole = await importInto(stores[1]);
    const rest = await importInto(stores[0]);
    expect(rest.known).toBeGreaterThan(0);
    expect(rest.recorded).toBeGreaterThan(0);
    expect(rest.recorded + rest.known).toBe(whole.recorded);
    const ids = new ImportIds('crm');
    for (let number = 1; number <= histories.clients; number++) {
      const stream = clientStream(ids.client(`C-${String(number).padStart(6, '0')}`).id);
      const [resumed, inOneGo] = await Promise.all(stores.map((store) => store.readStream(stream)));
      await codec.readyToRead(codec.subjectsToFetch(inOneGo ?? []));
      expect(resumed?.map((event) => codec.decode(event).event)).toEqual(
        inOneGo?.map((event) => codec.decode(event).event),
      );
    }
  } finally {
    await Promise.all([...stores.map((store) => store.close()), keys.close()]);
    await Promise.all([killed.close(), clean.close(), spool.drop(), directory.remove()]);
  }
}, 60_000);
