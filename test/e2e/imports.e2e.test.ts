import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { connect } from 'node:net';
import { DataSource } from 'typeorm';
import { ImportIds } from '../../src/importing/import-ids.js';
import { ImportJournal } from '../../src/importing/import-journal.js';
import { IMPORTING, ImportRunner } from '../../src/importing/import-runner.service.js';
import { ADMIN_KEY } from '../support/http-app.js';
import { Tenure } from '../support/tenure.js';
import { waitUntil } from '../support/wait-until.js';

const NDJSON = 'application/x-ndjson';
const clients = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => `C-${from + n}`);
const life = (clientRef: string) =>
  [
    { type: 'converted', clientRef, occurredAt: '2024-01-02T09:00:00Z', name: `Grace Hopper ${clientRef}` },
    {
      type: 'serviced',
      clientRef,
      occurredAt: '2024-01-09T09:00:00Z',
      serviceRef: 'J-1',
      serviceType: 'repair',
    },
    {
      type: 'serviced',
      clientRef,
      occurredAt: '2024-02-09T09:00:00Z',
      serviceRef: 'J-2',
      serviceType: 'repair',
    },
  ].map((fact) => `${JSON.stringify(fact)}\n`);
const file = (refs: readonly string[]) => refs.flatMap(life).join('');
const BAD =
  '{"type":"serviced","clientRef":"C-1","occurredAt":"2024-13-01T00:00:00Z","serviceRef":"secret"}\n';

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
});
afterAll(() => tenure.close());

const send = (body: string | Buffer, type = NDJSON, query = '') =>
  tenure.call('post', `/imports${query}`, 'staff').set('Content-Type', type).send(body);

/** @returns the import when it has come to its end */
async function ended(id: string) {
  let found: Record<string, unknown> = {};
  await waitUntil('the import has ended', async () => {
    found = (await tenure.call('get', `/imports/${id}`, 'auditor').expect(200)).body;
    return found.state === 'finished' || found.state === 'failed';
  });
  return found;
}

const clientOf = (source: string, ref: string) => new ImportIds(source).client(ref).id;

describe('an uploaded import', () => {
  it('is taken in, done in the background, and says at its address what came of it', async () => {
    const { body, headers } = await send(file(clients(1, 40)) + BAD, NDJSON, '?source=crm').expect(202);
    expect(headers.location).toBe(`/api/v1/imports/${body.id}`);
    expect(await ended(body.id)).toMatchObject({
      ...{
        source: 'crm',
        dryRun: false,
        state: 'finished',
        lines: 118,
        facts: 117,
        decided: 117,
        recorded: 117,
      },
      ...{ known: 0, refused: 1, clients: 39, clientsChanged: 39, position: expect.stringMatching(/^\d+$/) },
    });
    const { position } = await ended(body.id);
    const history = await tenure
      .call('get', `/clients/${clientOf('crm', 'C-7')}/history`, 'staff')
      .set('X-Await-Position', String(position))
      .expect(200);
    // The lapse of the second service follows from the facts.
    expect(history.body.items).toHaveLength(4);
  });

  it('lists the lines that were refused and why, without what stood in them; as CSV, too', async () => {
    const { body } = await send(BAD + file(['C-1']) + BAD, NDJSON, '?source=refusals');
    await ended(body.id);
    const page = await tenure.call('get', `/imports/${body.id}/refusals?limit=1`, 'staff').expect(200);
    expect(page.body.items).toEqual([{ line: 1, reason: expect.stringMatching(/^occurredAt must be/) }]);
    const rest = `/imports/${body.id}/refusals?cursor=${page.body.nextCursor}`;
    const csv = await tenure.call('get', rest, 'auditor').set('Accept', 'text/csv').expect(200);
    expect(csv.text).toMatch(/^line,reason\r\n5,"?occurredAt must be/);
    expect(csv.text).not.toContain('secret');
  });

  it('may be CSV, or gzipped, or of no told type, and gives the same facts', async () => {
    const csv = [
      'type,clientRef,occurredAt,name,serviceRef,serviceType',
      ...clients(1, 4).flatMap((ref) => [
        `converted,${ref},2024-01-02T09:00:00Z,Grace Hopper ${ref},,`,
        `serviced,${ref},2024-01-09T09:00:00Z,,J-1,repair`,
        `serviced,${ref},2024-02-09T09:00:00Z,,J-2,repair`,
      ]),
    ].join('\n');
    const first = await ended((await send(csv, 'text/csv', '?source=kinds')).body.id);
    expect(first).toMatchObject({ state: 'finished', recorded: 9, known: 0, refused: 0 });
    const ndjson = file(clients(1, 4));
    for (const [body, type] of [
      [ndjson, NDJSON],
      [gzipSync(csv), 'application/gzip'],
      [gzipSync(ndjson), 'text/csv; charset=utf-8'],
      [Buffer.from(csv), 'application/octet-stream'],
    ] as const) {
      const again = await ended((await send(body, type, '?source=kinds')).body.id);
      if (type.startsWith('text/csv')) expect(again).toMatchObject({ state: 'failed' });
      else expect(again).toMatchObject({ state: 'finished', recorded: 0, known: 9, events: 0 });
    }
  });

  it('records nothing in a dry run', async () => {
    const { body } = await send(file(['C-1']), NDJSON, '?source=dry&dryRun=true').expect(202);
    expect(await ended(body.id)).toMatchObject({ dryRun: true, recorded: 3 });
    await tenure.call('get', `/clients/${clientOf('dry', 'C-1')}`, 'staff').expect(404);
  });

  it('is one import however often it is sent under one key, and no other under that key', async () => {
    const under = (key: string, body: string) =>
      send(body, NDJSON, '?source=once').set('Idempotency-Key', key);
    const both = await Promise.all([under('first', file(['C-1'])), under('first', file(['C-1']))]);
    const [id, again] = both.map(({ body }) => body.id as string);
    expect(again).toBe(id);
    await under('first', file(['C-2'])).expect(422);
    const other = await tenure
      .call('post', '/imports?source=once')
      .set({ 'Content-Type': NDJSON, 'Idempotency-Key': 'first' })
      .send(file(['C-1']))
      .expect(202);
    expect(other.body.id).not.toBe(id);
  });

  it('fails where the file cannot be read, and says why', async () => {
    const { body } = await send('type,clientRef,ocurredAt\n', 'text/csv');
    expect(await ended(body.id)).toMatchObject({
      state: 'failed',
      failure: expect.stringMatching(/unknown column ocurredAt \(meant: occurredAt\?\)/),
    });
  });

  it('keeps nothing of the file once it has ended', async () => {
    await ended((await send(file(clients(1, 30)), NDJSON, '?source=gone')).body.id);
    const database = await new DataSource({ type: 'postgres', url: tenure.databaseUrl }).initialize();
    const [left] = await database.query(
      `SELECT (SELECT count(*)::int FROM import_piece) AS pieces, count(wrapped)::int AS keys FROM import WHERE source = 'gone'`,
    );
    await database.destroy();
    expect(left).toEqual({ pieces: 0, keys: 0 });
  });

  it('is begun again where its process ended in the middle, and comes to the same', async () => {
    await ended((await send(file(clients(1, 50)), NDJSON, '?source=broken')).body.id);
    const elsewhere = await new DataSource({ type: 'postgres', url: tenure.databaseUrl }).initialize();
    await elsewhere.query('SELECT pg_advisory_lock($1)', [IMPORTING]);
    const { body } = await send(file(clients(1, 80)), NDJSON, '?source=broken').expect(202);
    // As a killed process leaves it: begun, with a part of the facts on record, and its lock gone with it.
    await tenure.provider(ImportJournal).begin(body.id, '2026-01-01T00:00:00.000Z');
    tenure.provider(ImportRunner).wake();
    expect((await tenure.call('get', `/imports/${body.id}`)).body.state).toBe('running');
    await elsewhere.destroy();
    tenure.provider(ImportRunner).wake();
    expect(await ended(body.id)).toMatchObject({ state: 'finished', recorded: 90, known: 147 });
  });
});

describe('an upload is refused', () => {
  it('as JSON, and any stream on another route', async () => {
    await tenure.call('post', '/imports', 'staff').send({ type: 'converted' }).expect(415);
    await tenure.call('post', '/clients', 'staff').set('Content-Type', 'text/csv').send('a,b').expect(415);
  });

  it('without a body, with a blank source, and to who may not', async () => {
    await send('').expect(400);
    const { body } = await send(file(['C-1']), NDJSON, '?source=%20').expect(400);
    expect(body.errors[0].path).toBe('source');
    await tenure.call('post', '/imports', 'analyst').set('Content-Type', NDJSON).send('x').expect(403);
    await tenure.call('post', '/imports', 'auditor').set('Content-Type', NDJSON).send('x').expect(403);
    await tenure.call('get', '/imports', 'analyst').expect(403);
    await tenure.call('get', `/imports/${clientOf('no', 'C')}`, 'staff').expect(404);
  });

  it('where it breaks off, and leaves nothing behind', async () => {
    const before = (await tenure.call('get', '/imports?limit=200', 'staff')).body.items.length as number;
    const { port, hostname } = new URL(await tenure.url());
    await new Promise<void>((resolve) => {
      const socket = connect(Number(port), hostname, () => {
        const head = `POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${ADMIN_KEY}\r\nContent-Type: ${NDJSON}`;
        socket.write(`${head}\r\nContent-Length: 100000\r\n\r\n${file(['C-1'])}`, () => socket.destroy());
      }).on('close', () => resolve());
    });
    await send(file(['C-1']), NDJSON, '?source=after').expect(202);
    const { body } = await tenure.call('get', '/imports?limit=200', 'staff').expect(200);
    expect(body.items).toHaveLength(before + 1);
    expect(body.items[0].source).toBe('after');
  });
});
