import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { historyLines } from '../../src/demo/history-generator.js';
import { REPOSITORY } from '../support/node-process.js';
import { temporaryDirectory } from '../support/temporary-directory.js';
import { waitUntil } from '../support/wait-until.js';

/** Tenure as it is started by the README: its own processes, its own servers, its files in a directory. */
let directory: { path: string; remove(): Promise<void> };
const started: ChildProcess[] = [];

beforeEach(async () => {
  directory = await temporaryDirectory();
});

afterEach(async () => {
  for (const child of started.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM');
      await once(child, 'close');
    }
  }
  // What a kill -9 left running ends with a start and a proper end.
  await run('cli.main.js', ['status']).ended;
  await directory.remove();
}, 60_000);

function run(script: string, args: string[] = [], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [join(REPOSITORY, 'dist/src', script), ...args], {
    cwd: directory.path,
    env: {
      PATH: process.env.PATH,
      PORT: '0',
      LOG_FORMAT: 'json',
      ...env,
      TENURE_DATA_DIR: join(directory.path, 'data'),
    },
  });
  started.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, output }));
  const says = (pattern: RegExp) =>
    waitUntil(
      `it says ${pattern}`,
      () => {
        if (child.exitCode !== null) throw new Error(`it ended: ${output}`);
        return pattern.exec(output)?.[1];
      },
      60_000,
    );
  return { child, says, ended, output: () => output };
}

async function serve(env?: Record<string, string>) {
  const server = run('main.js', [], env);
  const url = await server.says(/listens on (http:\S+),/);
  const call = (path: string, key: string, body?: object) =>
    fetch(`${url}/api/v1/${path}`, {
      method: body ? 'POST' : 'GET',
      headers: { Authorization: `Bearer ${key}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
      body: body && JSON.stringify(body),
    });
  return { ...server, url, call };
}

it('is killed while it works, starts again, and has lost nothing that it acknowledged', async () => {
  const first = await serve();
  const key = await first.says(/(tnr_\S+)/);
  const acknowledged: string[] = [];
  const writer = async () => {
    for (;;) {
      const answer = await first.call('clients', key, { tags: ['survivor'] }).catch(() => null);
      if (answer?.status !== 201) return;
      acknowledged.push(((await answer.json()) as { clientId: string }).clientId);
    }
  };
  const writers = Promise.all([1, 2, 3, 4].map(writer));
  await waitUntil('some were acknowledged', () => acknowledged.length >= 40, 30_000);
  first.child.kill('SIGKILL');
  await Promise.all([writers, first.ended]);

  const second = await serve();
  expect(second.output()).not.toMatch(/tnr_/);
  const members = await waitUntil('the read models are there again', async () => {
    const answer = await second.call('segments/tag:survivor', key);
    const { size } = (await answer.json()) as { size: number };
    return size >= acknowledged.length && size;
  });
  // A call that was under way may have been written without our hearing of it.
  expect(members).toBeLessThanOrEqual(acknowledged.length + 4);
  for (const clientId of acknowledged)
    expect((await second.call(`clients/${clientId}`, key)).status).toBe(200);

  second.child.kill('SIGTERM');
  expect((await second.ended).code).toBe(0);
}, 120_000);

it('has its directory for itself, while commands work beside it', async () => {
  const server = await serve();
  const key = await server.says(/(tnr_\S+)/);
  const second = await run('main.js').ended;
  expect(second.code).toBe(1);
  expect(second.output).toMatch(/in use by process \d+/);

  const file = join(directory.path, 'histories.ndjson');
  const lines = [
    ...historyLines({
      seed: 1,
      clients: 20,
      from: '2025-01-01T00:00:00.000Z',
      to: '2026-01-01T00:00:00.000Z',
    }),
  ];
  await writeFile(file, [...lines, '{"type":"serviced"}'].join('\n'));
  const imported = await run('cli.main.js', ['import', file]).ended;
  expect(imported.output).toMatch(new RegExp(`facts recorded +${lines.length} +for 20 of 20 clients`));
  expect(imported.output).toMatch(new RegExp(`line ${lines.length + 1}: `));
  expect(imported.output).toMatch(/read models are up to date/);
  expect(imported.code).toBe(2);
  expect((await server.call('clients', key).then((answer) => answer.json())) as object).toMatchObject({
    items: expect.arrayContaining([expect.objectContaining({ state: expect.any(String) })]),
  });
  const status = await run('cli.main.js', ['status']).ended;
  expect(status).toMatchObject({
    code: 0,
    output: expect.stringMatching(/client-history v\d +running +up to date/),
  });

  const rebuilt = await run('cli.main.js', ['projections', 'rebuild', 'cohort-retention']).ended;
  expect(rebuilt).toMatchObject({ code: 0, output: expect.stringMatching(/_g2 serves: [\d,]+ events/) });
  const verified = await run('cli.main.js', ['projections', 'verify', 'cohort-retention']).ended;
  expect(verified).toMatchObject({
    code: 0,
    output: expect.stringMatching(/live = rebuilt at position \d+/),
  });
  const unknown = await run('cli.main.js', ['projections', 'verify', 'cohort-retentoin']).ended;
  expect(unknown.code).toBe(1);
  expect(unknown.output).toMatch(/did you mean cohort-retention\?/);
}, 120_000);

it('says every fault of its configuration and does not start', async () => {
  const { code, output } = await run('main.js', [], {
    PORT: 'no',
    TENURE_TIMEZONE: 'Mars/Olympus',
    TENURE_ADMIN_KEYS: 'x',
  }).ended;
  expect(code).toBe(1);
  expect(output).toMatch(/PORT must be/);
  expect(output).toMatch(/TENURE_TIMEZONE/);
  expect(output).toMatch(/TENURE_ADMIN_KEYS is not known; did you mean TENURE_ADMIN_KEY\?/);
  expect(output).not.toMatch(/\n {4}at /);
  await expect(readFile(join(directory.path, 'data'))).rejects.toThrow(/ENOENT/);
});

it('is killed between two chunks of a fill, goes on from there, and ends with the members of an undisturbed one', async () => {
  const first = await serve();
  const key = await first.says(/(tnr_\S+)/);
  const file = join(directory.path, 'histories.ndjson');
  // More than three chunks of clients.
  const period = { from: '2025-01-01T00:00:00.000Z', to: '2025-02-01T00:00:00.000Z' };
  await writeFile(file, [...historyLines({ seed: 1, clients: 7_000, ...period })].join('\n'));
  expect((await run('cli.main.js', ['import', file]).ended).code).toBe(0);

  type Server = Awaited<ReturnType<typeof serve>>;
  const ask = async <Answer>(server: Server, path: string) =>
    (await (await server.call(path, key)).json()) as Answer;
  const define = async (server: Server, name: string): Promise<string> => {
    const rule = { fact: 'services', op: 'gte', value: 2 };
    const answer = await server.call('segments', key, { name, rule });
    expect(answer.status).toBe(201);
    return ((await answer.json()) as { segmentId: string }).segmentId;
  };
  /** What share of the clients the rule has been applied to: none as long as nobody knows of it. */
  const filled = async (server: Server, id: string): Promise<number> => {
    const answer = await server.call(`segments/${id}`, key);
    if (answer.status === 404) return 0;
    return ((await answer.json()) as { filled?: number }).filled ?? 1;
  };
  const isFilled = (server: Server, id: string) =>
    waitUntil('it is filled', async () => (await filled(server, id)) === 1, 30_000);
  const members = async (server: Server, id: string) => {
    const all: object[] = [];
    let cursor: string | undefined = '';
    while (cursor !== undefined) {
      const path = `segments/${id}/members?limit=200${cursor && `&cursor=${encodeURIComponent(cursor)}`}`;
      const page: { items: object[]; nextCursor?: string } = await ask(server, path);
      all.push(...page.items);
      cursor = page.nextCursor;
    }
    return all;
  };

  const killed = await define(first, 'disturbed');
  const share = await waitUntil('a part of it is filled', async () => {
    const done = await filled(first, killed);
    return done > 0 ? done : undefined;
  });
  expect(share).toBeLessThan(1);
  first.child.kill('SIGKILL');
  await first.ended;

  const second = await serve();
  await isFilled(second, killed);
  const undisturbed = await define(second, 'undisturbed');
  await isFilled(second, undisturbed);
  const there = await members(second, undisturbed);
  expect(there.length).toBeGreaterThan(500);
  expect(await members(second, killed)).toEqual(there);
  const verified = await run('cli.main.js', ['projections', 'verify', 'segment-membership']).ended;
  expect(verified).toMatchObject({ code: 0 });
}, 180_000);
