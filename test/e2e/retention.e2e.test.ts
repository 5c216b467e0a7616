import { readFile } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import request from 'supertest';
import { ApiModule } from '../../src/api.module.js';
import { readConfig } from '../../src/config.js';
import { createHttpApp } from '../../src/http/configure-app.js';
import { freshEventStore, type FreshEventStore } from '../support/event-store.js';
import { MASTER_KEY, ADMIN_KEY } from '../support/http-app.js';
import { freshDatabase, type FreshDatabase } from '../support/servers.js';

const RETENTION = '/api/v1/analytics/retention';
const uuid = (number: number) => `c1a55000-0000-4000-8000-${String(number).padStart(12, '0')}`;

let eventStore: FreshEventStore;
let database: FreshDatabase;
let app: NestFastifyApplication;
/** a key of each role */
const keys: Record<string, string> = { admin: ADMIN_KEY };
/** of the last fact of the history */
let position: string;

const call = (method: 'get' | 'post', url: string, role = 'admin') =>
  request(app.getHttpServer())[method](url).set('Authorization', `Bearer ${keys[role]}`);
/** The report once it has seen the whole history. */
const report = (query: string, role = 'analyst') =>
  call('get', `${RETENTION}${query}`, role).set('X-Await-Position', position);

async function record(url: string, body: object): Promise<void> {
  const answer = await call('post', url).send(body).expect(201);
  position = answer.body.position;
}
const convert = (client: number, occurredAt: string) =>
  record('/api/v1/clients', { clientId: uuid(client), occurredAt });
const serve = (client: number, occurredAt: string, amountMinor?: number) =>
  record(`/api/v1/clients/${uuid(client)}/services`, {
    occurredAt,
    ...(amountMinor === undefined ? {} : { amountMinor, currency: 'EUR' }),
  });

beforeAll(async () => {
  eventStore = await freshEventStore();
  database = await freshDatabase();
  const config = readConfig({
    TENURE_ADMIN_KEY: ADMIN_KEY,
    TENURE_MASTER_KEY: MASTER_KEY,
    TENURE_CLOCK_SECONDS: '0',
    LOG_LEVEL: 'fatal',
  });
  const failed = new Promise<never>(() => undefined);
  const close = () => Promise.resolve();
  const runtime = { eventStoreUrl: eventStore.url, databaseUrl: database.url, owner: false, failed, close };
  app = await createHttpApp(ApiModule.forRoot({ config, runtime }), config);
  await app.listen(0, '127.0.0.1');
  for (const role of ['staff', 'analyst', 'auditor'])
    keys[role] = (await call('post', '/api/v1/api-keys').send({ name: role, role }).expect(201)).body.key;

  // The history of docs/reference/retention.md.
  await convert(1, '2024-01-10T09:00:00Z');
  await serve(1, '2024-01-12T09:00:00Z', 12_000);
  await serve(1, '2024-02-09T09:00:00Z', 8_000);
  await convert(2, '2024-01-20T09:00:00Z');
  await serve(2, '2023-12-28T09:00:00Z', 5_000);
  await serve(2, '2024-03-05T09:00:00Z', 9_000);
  await convert(3, '2024-01-31T09:00:00Z');
  await convert(4, '2024-02-14T09:00:00Z');
  await serve(4, '2024-02-14T10:00:00Z', 6_000);
  await serve(4, '2024-03-15T09:00:00Z');
  await serve(4, '2024-03-25T09:00:00Z', 7_500);
});

afterAll(async () => {
  await app.close();
  await eventStore.close();
  await database.drop();
});

async function example(language: string): Promise<string> {
  const page = await readFile(new URL('../../docs/reference/retention.md', import.meta.url), 'utf8');
  return new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] as string;
}

test('the answer is the one that the reference shows', async () => {
  const { body, headers } = await report('?asOf=2024-03-20T00:00:00Z').expect(200);
  const shown = JSON.parse(await example('json'));
  const { knownAt, generatedAt, position: reached } = body.meta;
  expect(body).toEqual({ ...shown, meta: { ...shown.meta, position: reached, knownAt, generatedAt } });
  expect(headers['x-position']).toBe(reached);
  // The segments that Tenure begins with are defined meanwhile.
  expect(Number(reached)).toBeGreaterThanOrEqual(Number(position));
  expect(knownAt).toBe(generatedAt);
  expect(Date.now() - Date.parse(generatedAt)).toBeLessThan(60_000);
});

test('revenue as CSV is what the reference shows, a row a cell', async () => {
  const query = '?measure=revenue&asOf=2024-03-20T00:00:00Z';
  const { text, headers } = await report(query).set('Accept', 'text/csv').expect(200);
  expect(headers['content-type']).toMatch(/^text\/csv/);
  expect(text.replaceAll('\r\n', '\n')).toBe(await example('csv'));
});

test('clients as CSV has a row a cell too', async () => {
  const query = '?asOf=2024-03-20T00:00:00Z&from=2024-02';
  const { text } = await report(query).set('Accept', 'text/csv').expect(200);
  expect(text.split('\r\n')).toEqual([
    'cohort,k,period,cohort_size,retained,rate,complete',
    '2024-02,0,2024-02,1,1,1,true',
    '2024-02,1,2024-03,1,1,1,false',
    '',
  ]);
});

test('without asOf the report is as of now: the running month of the example is over, and later ones are there', async () => {
  const { body } = await report('').expect(200);
  const { meta, cohorts } = body;
  expect(meta.asOf).toBe(meta.generatedAt);
  const [january] = cohorts;
  expect(january.cells[2]).toMatchObject({ period: '2024-03', numerator: 1, complete: true });
  expect(january.cells.at(-1).period).toBe(meta.generatedAt.slice(0, 7));
  expect(january.cells.at(-1).complete).toBe(false);
});

test('as of the instant of its making, the report is the same as now', async () => {
  for (const query of [
    '',
    '&anchor=first_service',
    '&measure=revenue',
    '&anchor=first_service&measure=revenue',
  ]) {
    const now = await report(`?${query}`).expect(200);
    const then = await report(`?asOf=${now.body.meta.asOf}${query}`).expect(200);
    expect(then.body.cohorts).toEqual(now.body.cohorts);
    expect(then.body.mean).toEqual(now.body.mean);
    expect(now.body.cohorts.length).toBeGreaterThan(0);
  }
});

test('by first service, who was never serviced is in no cohort', async () => {
  const { body } = await report('?anchor=first_service&asOf=2024-03-20T00:00:00Z').expect(200);
  const sizes = body.cohorts.map(({ cohort, size }: { cohort: string; size: number }) => [cohort, size]);
  expect(sizes).toEqual([
    ['2023-12', 1],
    ['2024-01', 1],
    ['2024-02', 1],
  ]);
  expect(body.meta.definition).toContain('first serviced in the cohort’s month');
});

test('in another zone the months are those of that zone', async () => {
  // 09:00 of 31 January in UTC is 22:00 of the same day in Auckland, whose months begin 13 hours before those of UTC.
  const { body } = await report('?tz=Pacific/Auckland&asOf=2024-03-20T00:00:00Z').expect(200);
  expect(body.meta.tz).toBe('Pacific/Auckland');
  expect(body.cohorts[0]).toMatchObject({ cohort: '2024-01', start: '2023-12-31T11:00:00.000Z', size: 3 });
  expect(body.cohorts[0].cells[1].periodEnd).toBe('2024-02-29T11:00:00.000Z');
});

test('from and to take months, days and instants, in the zone of the report', async () => {
  const cohorts = async (query: string) =>
    (await report(`?${query}`).expect(200)).body.cohorts.map(({ cohort }: { cohort: string }) => cohort);
  expect(await cohorts('to=2024-02')).toEqual(['2024-01']);
  expect(await cohorts('from=2024-01-02')).toEqual(['2024-02']);
  expect(await cohorts('from=2024-01-01T00:00:00Z&to=2024-02-01T00:00:00.001Z')).toEqual([
    '2024-01',
    '2024-02',
  ]);
  expect(await cohorts('from=2024-01-31T11:00:00Z&tz=Pacific/Auckland')).toEqual(['2024-02']);
});

test('unbounded: whoever came later is still a client, and what may yet rise is marked', async () => {
  const { body } = await report('?mode=unbounded&asOf=2024-06-20T00:00:00Z').expect(200);
  const [january] = body.cohorts;
  // Two of three came in February or later, one of them in March; the third never did.
  expect(january.cells.map(({ numerator }: { numerator: number }) => numerator)).toEqual([2, 2, 1, 0, 0, 0]);
  // A month that ended less than 90 days before asOf.
  expect(january.cells.map(({ censored }: { censored: boolean }) => censored)).toEqual([
    ...[false, false, true, true, true, true],
  ]);
  expect(body.meta.params).toMatchObject({ mode: 'unbounded', inactivityDays: 90 });
  const { body: longer } = await report('?mode=unbounded&inactivityDays=120&asOf=2024-06-20T00:00:00Z');
  expect(longer.cohorts[0].cells[1].censored).toBe(true);
});

test('status: who is active when the month ends, with the lapses on record', async () => {
  const { body } = await report('?mode=status&asOf=2024-06-20T00:00:00Z').expect(200);
  const [january, february] = body.cohorts;
  const numerators = (cohort: { cells: { numerator: number }[] }) =>
    cohort.cells.map(({ numerator }) => numerator);
  // One was first serviced in January, one in December; both lapse, 90 days after February the 9th and March the 5th.
  expect(numerators(january)).toEqual([2, 2, 2, 2, 1, 0]);
  // Three services within six weeks: its own cadence makes the window shorter.
  expect(numerators(february)).toEqual([1, 1, 1, 0, 0]);
  const short = await report('?mode=status&windowDays=30&asOf=2024-06-20T00:00:00Z').expect(200);
  expect(numerators(short.body.cohorts[0])).toEqual([1, 1, 1, 0, 0, 0]);
  expect(short.body.meta.definition).toContain('lapses 30 days of 86,400 s after');
});

test('weeks, quarters, brackets and windows of elapsed time', async () => {
  const asOf = 'asOf=2024-06-20T00:00:00Z';
  const first = async (query: string) => (await report(`?${asOf}&${query}`).expect(200)).body.cohorts[0];
  const week = await first('grain=week');
  expect(week).toMatchObject({ cohort: '2024-W02', start: '2024-01-08T00:00:00.000Z', size: 1 });
  const quarter = await first('grain=quarter');
  expect(quarter).toMatchObject({ cohort: '2024-Q1', size: 4 });
  expect(quarter.cells.map(({ numerator }: { numerator: number }) => numerator)).toEqual([3, 0]);
  const bracket = await first('mode=bracket&brackets=0,1-2');
  expect(bracket.cells).toMatchObject([
    { k: 0, toK: 0, period: '2024-01', numerator: 1 },
    { k: 1, toK: 2, period: '2024-02/2024-03', numerator: 2, periodEnd: '2024-04-01T00:00:00.000Z' },
  ]);
  const elapsed = await first('window=elapsed&length=30d');
  expect(elapsed.cells[1]).toEqual({
    ...{ k: 1, period: 'days 30–59', numerator: 2, denominator: 3, rate: 2 / 3 },
    ...{ complete: true, censored: false },
  });
});

test('grouped, every part is a report of its own, and a filter leaves the others out', async () => {
  const { body } = await report('?groupBy=clientType&asOf=2024-03-20T00:00:00Z').expect(200);
  expect(body.cohorts.map(({ group, cohort }: { group: string; cohort: string }) => [group, cohort])).toEqual(
    [
      [null, '2024-01'],
      [null, '2024-02'],
    ],
  );
  expect(body.mean[0]).toMatchObject({ group: null, k: 0, numerator: 2, denominator: 4 });
  const filtered = await report('?clientType=commercial').expect(200);
  expect(filtered.body.cohorts).toEqual([]);
  const segment = await report('?segment=state:lapsed&asOf=2024-06-20T00:00:00Z').expect(200);
  expect(segment.body.meta.definition).toContain('members of segment state:lapsed');
});

test('knownAt gives a report again as it was published, whatever was recorded since', async () => {
  const asOf = 'asOf=2024-05-01T00:00:00Z';
  const cells = async (query: string) => (await report(`?${asOf}${query}`).expect(200)).body;
  const published = await cells('');
  await serve(3, '2024-02-20T09:00:00Z', 4_000);
  const merge = call('post', `/api/v1/clients/${uuid(2)}/merge`).send({ survivorId: uuid(4) });
  position = (await merge.expect(200)).body.position;
  const since = await cells('');
  expect(since.cohorts).not.toEqual(published.cohorts);
  const again = await cells(`&knownAt=${published.meta.generatedAt}`);
  expect(again.meta.knownAt).toBe(published.meta.generatedAt);
  expect([again.cohorts, again.mean]).toEqual([published.cohorts, published.mean]);
});

describe('refused, naming the parameter', () => {
  test.each([
    ['mode=loyal', 'mode', 'bounded'],
    ['mode=unbounded&measure=revenue', 'measure', 'must be clients in mode unbounded'],
    ['mode=status&measure=revenue', 'measure', 'must be clients in mode status'],
    ['mode=bracket', 'brackets', 'is needed in mode bracket'],
    ['brackets=1-3', 'brackets', 'belongs to mode bracket'],
    ['mode=bracket&brackets=1-3,3-4', 'brackets', 'rise without overlapping'],
    ['mode=bracket&brackets=4-1', 'brackets', 'rise without overlapping'],
    ['mode=bracket&brackets=1-3&periods=2', 'periods', 'belongs to modes without brackets'],
    ['length=7d', 'length', 'belongs to window elapsed'],
    ['window=elapsed&length=1d', 'length', '24h'],
    ['windowDays=60', 'windowDays', 'belongs to mode status'],
    ['mode=status&windowDays=0', 'windowDays', '1 to 36500'],
    ['tieRule=gt', 'tieRule', 'belongs to mode status'],
    ['mode=status&tieRule=eq', 'tieRule', 'ge'],
    ['inactivityDays=60', 'inactivityDays', 'belongs to mode unbounded'],
    ['mode=unbounded&inactivityDays=0', 'inactivityDays', '1 to 3660'],
    ['grain=day', 'grain', 'month'],
    ['window=rolling', 'window', 'calendar'],
    ['anchor=born', 'anchor', 'converted'],
    ['measure=', 'measure', 'clients'],
    ['tz=Mars/Olympus', 'tz', 'IANA'],
    ['tz=%2B02:00', 'tz', 'IANA'],
    ['from=2024-13', 'from', 'month'],
    ['to=2024-02-30', 'to', 'month'],
    ['from=2024-03&to=2024-03', 'from', 'before to'],
    ['periods=0', 'periods', '1 to 1200'],
    ['asOf=2024-03-20', 'asOf', 'instant'],
    ['asOf=2999-01-01T00:00:00Z', 'asOf', 'future'],
    ['knownAt=2024-03-20', 'knownAt', 'instant'],
    ['knownAt=2999-01-01T00:00:00Z', 'knownAt', 'future'],
    ['trade=magic', 'trade', 'plumbing'],
    ['segment=', 'segment', 'longer'],
    ['groupBy=colour', 'groupBy', 'serviceType'],
    ['colour=red', 'colour', 'unknown'],
    ['asOf=2024-03-20T00:00:00Z&asOf=2024-03-21T00:00:00Z', 'asOf', 'more than once'],
  ])('%s', async (query, path, says) => {
    const { body, headers } = await report(`?${query}`).expect(400);
    expect(headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(body.errors).toHaveLength(1);
    expect(body.errors[0]).toEqual({ path, message: expect.stringContaining(says) });
  });
});

test('analysts, auditors and admins may see it, staff may not, nobody without a token', async () => {
  for (const role of ['analyst', 'auditor', 'admin']) await report('', role).expect(200);
  await report('', 'staff').expect(403);
  await request(app.getHttpServer()).get(RETENTION).expect(401);
});

test('a report that must have seen what is not on record yet is refused when the wait runs out', async () => {
  const ahead = String(BigInt(position) + 1_000_000n);
  const answer = await call('get', RETENTION)
    .set('X-Await-Position', ahead)
    .set('X-Await-Timeout', '50')
    .expect(503);
  expect(answer.headers['retry-after']).toBeDefined();
});

test('OpenAPI documents the parameters with what they may be, and both kinds of answer', async () => {
  const { body } = await request(app.getHttpServer()).get('/docs/openapi.json').expect(200);
  const { parameters, responses } = body.paths[RETENTION].get;
  const documented = Object.fromEntries(
    parameters
      .filter((one: { in: string }) => one.in === 'query')
      .map((one: { name: string }) => [one.name, one]),
  );
  expect(Object.keys(documented).sort()).toEqual([
    ...['anchor', 'asOf', 'brackets', 'clientType', 'from', 'grain', 'groupBy', 'inactivityDays', 'knownAt'],
    ...['length', 'measure', 'mode', 'periods', 'segment', 'serviceType', 'source', 'technician', 'tieRule'],
    ...['to', 'trade', 'tz', 'window', 'windowDays'],
  ]);
  expect(documented.anchor).toMatchObject({
    required: false,
    schema: { enum: ['converted', 'first_service'] },
  });
  expect(Object.keys(responses['200'].content)).toEqual(['application/json', 'text/csv']);
  expect(body.components.schemas.RevenueCell.properties).toHaveProperty('cumulativeMinor');
});
