import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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

it('is killed soon after a segment was defined, goes on, and ends with the members that the rule has', async () => {
  const first = await serve();
  const key = await first.says(/(tnr_\S+)/);
  const file = join(directory.path, 'histories.ndjson');
  const period = { from: '2025-01-01T00:00:00.000Z', to: '2026-01-01T00:00:00.000Z' };
  await writeFile(file, [...historyLines({ seed: 1, clients: 300, ...period })].join('\n'));
  expect((await run('cli.main.js', ['import', file]).ended).code).toBe(0);

  // Nobody can tell when a chunk is in hand, so it is killed at three different times.
  const rule = { fact: 'services', op: 'gte', value: 3 };
  const defined: string[] = [];
  let server = first;
  for (const [n, later] of [0, 30, 150].entries()) {
    const answer = await server.call('segments', key, { name: `often ${n}`, rule });
    expect(answer.status).toBe(201);
    defined.push(((await answer.json()) as { segmentId: string }).segmentId);
    await delay(later);
    server.child.kill('SIGKILL');
    await server.ended;
    server = await serve();
  }

  const ask = async (path: string, body?: object) => (await server.call(path, key, body)).json() as never;
  const { count }: { count: number } = await ask('segments/preview', { rule });
  expect(count).toBeGreaterThan(20);
  for (const id of defined) {
    const size = await waitUntil('the segment is filled', async () => {
      const segment: { size?: number; filled?: number } = await ask(`segments/${id}`);
      return segment.filled === undefined ? segment.size : undefined;
    });
    expect(size).toBe(count);
  }
  const verified = await run('cli.main.js', ['projections', 'verify', 'segment-membership']).ended;
  expect(verified).toMatchObject({ code: 0 });
}, 120_000);
