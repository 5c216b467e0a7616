import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SettableClock } from '../support/settable-clock.js';
import { Tenure } from '../support/tenure.js';

/** A small business, told as it happened, and every measure asked over HTTP. Lapses are after 90 days. */
const [ADA, BEN, CAT, DAN] = [1, 2, 3, 4].map((n) => `c1000000-0000-4000-8000-00000000000${n}`) as [
  string,
  string,
  string,
  string,
];
const id = (n: number) => `5e000000-0000-4000-8000-0000000000${n}`;
const ASOF = 'asOf=2024-10-01T00:00:00Z';

let tenure: Tenure;
let clock: SettableClock;

async function at(instant: string, path: string, body: object = {}): Promise<void> {
  clock.set(instant);
  await tenure.record('post', path, { occurredAt: instant, ...body });
}
const serve = (client: string, instant: string, n: number, amountMinor: number) =>
  at(instant, `/clients/${client}/services`, { serviceId: id(n), amountMinor, currency: 'EUR' });

beforeAll(async () => {
  clock = new SettableClock('2024-01-01T08:00:00Z');
  tenure = await Tenure.start({}, { clock });
  await tenure.call('put', '/policies/lapse').send({ kind: 'fixed', windowDays: 90 }).expect(200);
  for (const clientId of [ADA, BEN, CAT, DAN])
    await tenure.record('post', '/clients', { clientId, source: 'web' });
  await serve(ADA, '2024-01-10T09:00:00Z', 10, 10_000);
  await serve(BEN, '2024-01-20T09:00:00Z', 20, 5_000);
  await at('2024-02-01T09:00:00Z', `/clients/${ADA}/communications`, {
    ...{ direction: 'sent', channel: 'email', kind: 'review_request', serviceId: id(10) },
  });
  await at('2024-02-02T09:00:00Z', `/clients/${ADA}/feedback`, {
    instrument: 'nps',
    score: 8,
    serviceId: id(10),
  });
  await at('2024-02-03T09:00:00Z', `/clients/${ADA}/feedback`, {
    instrument: 'nps',
    score: 10,
    serviceId: id(10),
  });
  await at('2024-02-04T09:00:00Z', `/clients/${BEN}/feedback`, { instrument: 'nps', score: 3 });
  await at('2024-02-05T09:00:00Z', `/clients/${BEN}/feedback`, {
    instrument: 'csat',
    score: 4,
    serviceId: id(20),
  });
  await at('2024-02-10T09:00:00Z', `/clients/${BEN}/complaints`, {
    complaintId: id(21),
    serviceId: id(20),
    category: 'late',
  });
  await serve(ADA, '2024-02-20T09:00:00Z', 11, 12_000);
  await at('2024-02-20T10:00:00Z', `/clients/${BEN}/complaints/${id(21)}/resolution`, { remedy: 'apology' });
  await serve(CAT, '2024-03-05T09:00:00Z', 30, 7_000);
  await at('2024-03-20T09:00:00Z', `/clients/${CAT}/closure`, { reason: 'moved_away' });
  await serve(ADA, '2024-04-15T09:00:00Z', 12, 9_000);
  // Ben lapses on 19 April, is written to in June, and comes back.
  await at('2024-06-01T09:00:00Z', `/clients/${BEN}/reactivation-attempts`, {
    attemptId: id(22),
    channel: 'email',
  });
  await serve(BEN, '2024-06-11T09:00:00Z', 23, 8_000);
  // Ada lapses on 14 July, and comes back by herself.
  await serve(ADA, '2024-08-01T09:00:00Z', 13, 11_000);
  clock.set('2024-10-15T00:00:00Z');
  await tenure.sweep();
});
afterAll(() => tenure.close());

const report = async (path: string) => (await tenure.ask(`/analytics/${path}`, 'analyst').expect(200)).body;
/** The figure and the clients behind it. */
const behind = async (path: string) => {
  const { total, items } = await report(path);
  expect(items).toHaveLength(total as number);
  for (const { eventIds } of items as { eventIds: string[] }[]) expect(eventIds.length).toBeGreaterThan(0);
  return (items as { clientId: string }[]).map(({ clientId }) => clientId);
};

describe('survival', () => {
  it('has who lapsed after how long, and who was closed or is there still', async () => {
    const { summary, rows } = await report(`survival?${ASOF}`);
    expect(summary).toEqual([{ watched: 3, events: 2, medianDays: 90 }]);
    expect(
      rows.map(({ days, atRisk, events, censored }: Record<string, number>) => [
        days,
        atRisk,
        events,
        censored,
      ]),
    ).toEqual([
      [15, 3, 0, 1],
      [90, 2, 1, 0],
      [186, 1, 1, 0],
    ]);
    expect(rows[1]).toMatchObject({ survival: 0.5, sparse: true });
    expect(await behind(`survival/clients?${ASOF}&days=90&figure=events`)).toEqual([BEN]);
    expect(await behind(`survival/clients?${ASOF}&days=15&figure=censored`)).toEqual([CAT]);
    expect(await behind(`survival/clients?${ASOF}&days=90&figure=atRisk`)).toEqual([ADA, BEN]);
  });
});

describe('repeat', () => {
  it('has who came again, and how soon', async () => {
    const { rows, secondVisit, frequency } = await report(`repeat?${ASOF}`);
    expect(rows[0]).toMatchObject({ cohort: null, repeat: { numerator: 2, denominator: 3 } });
    expect(rows[0].within[1]).toEqual({ days: 60, numerator: 1, denominator: 3, rate: 1 / 3 });
    expect(rows.map(({ cohort }: { cohort: string }) => cohort)).toEqual([null, '2024-01', '2024-03']);
    expect(secondVisit).toEqual([{ watched: 3, events: 2, medianDays: 143 }]);
    expect(frequency[0]).toMatchObject({
      period: '2024-01',
      frequency: { numerator: 2, denominator: 2, rate: 1 },
    });
    expect(await behind(`repeat/clients?${ASOF}&figure=repeatWithin&days=60`)).toEqual([ADA]);
    expect(await behind(`repeat/clients?${ASOF}&figure=clients&cohort=2024-01`)).toEqual([ADA, BEN]);
  });
});

describe('revenue', () => {
  it('is retained from quarter to quarter', async () => {
    const { rows } = await report(`revenue-retention?${ASOF}`);
    expect(rows[0]).toMatchObject({
      ...{ period: '2024-Q2', currency: 'EUR', outsideBase: 0, logo: { numerator: 2, denominator: 3 } },
      ...{
        gross: { numerator: 14_000, denominator: 34_000 },
        net: { numerator: 17_000, denominator: 34_000 },
      },
    });
    const cell = `${ASOF}&period=2024-Q2&currency=EUR`;
    expect(await behind(`revenue-retention/clients?${cell}&figure=retained`)).toEqual([ADA, BEN]);
    expect(await behind(`revenue-retention/clients?${cell}&figure=base`)).toEqual([ADA, BEN, CAT]);
  });

  it('adds up to the lifetime value of a cohort, per client, payer or not', async () => {
    const { rows } = await report(`ltv?${ASOF}`);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({
      cohort: '2024-01',
      size: 4,
      currency: 'EUR',
      ltv: { numerator: 62_000, rate: 15_500 },
    });
    expect(rows[0].steps[1]).toEqual({
      k: 1,
      cumulativeMinor: 27_000,
      perClientMinor: 6_750,
      complete: true,
    });
    expect(await behind(`ltv/clients?${ASOF}&cohort=2024-01&currency=EUR`)).toEqual([ADA, BEN, CAT]);
    expect(await behind(`ltv/clients?${ASOF}&cohort=2024-01&currency=EUR&k=1`)).toEqual([ADA, BEN]);
  });
});

describe('RFM', () => {
  it('scores by rank, and says what a score stands for', async () => {
    const { cells, ranges, rows } = await report(`rfm?${ASOF}`);
    expect(cells).toEqual([
      { r: 4, f: 4, m: 4, rfmSegment: 'champions', clients: 1, amountMinor: 42_000 },
      { r: 2, f: 2, m: 2, rfmSegment: 'about_to_sleep', clients: 1, amountMinor: 13_000 },
      { r: 1, f: 1, m: 1, rfmSegment: 'lost', clients: 1, amountMinor: 7_000 },
    ]);
    expect(ranges[0]).toEqual({ dimension: 'r', score: 1, clients: 1, least: 209, most: 209 });
    expect(rows.map(({ rfmSegment }: { rfmSegment: string }) => rfmSegment)).toEqual([
      'champions',
      'about_to_sleep',
      'lost',
    ]);
    expect(await behind(`rfm/clients?${ASOF}&rfmSegment=champions`)).toEqual([ADA]);
    expect(await behind(`rfm/clients?${ASOF}&m=1`)).toEqual([CAT]);
  });
});

describe('satisfaction and complaints', () => {
  it('count one answer a service, the latest', async () => {
    const { rows } = await report(`satisfaction?${ASOF}`);
    expect(rows).toMatchObject([
      {
        period: '2024-02',
        nps: { answers: 2, promoters: 1, detractors: 1, score: 0 },
        csat: { numerator: 1, denominator: 1 },
        response: { numerator: 1, denominator: 1 },
      },
    ]);
    expect(await behind(`satisfaction/clients?${ASOF}&period=2024-02&figure=promoters`)).toEqual([ADA]);
    expect(await behind(`satisfaction/clients?${ASOF}&period=2024-02&figure=responded`)).toEqual([ADA]);
    const serviced = await report(`satisfaction?${ASOF}&by=serviced`);
    expect(serviced.rows).toMatchObject([{ period: '2024-01', nps: { answers: 1 } }, { period: '2024-02' }]);
  });

  it('hold complaints against the services they are about, and how long they stayed open', async () => {
    const { rows, resolution } = await report(`complaints?${ASOF}`);
    expect(rows[0]).toMatchObject({
      period: '2024-01',
      complaintRate: { numerator: 1, denominator: 2 },
      raised: 0,
    });
    expect(rows[1]).toMatchObject({
      period: '2024-02',
      complaintRate: { numerator: 0 },
      raised: 1,
      resolved: 1,
      open: 0,
    });
    expect(resolution).toEqual([{ watched: 1, events: 1, medianDays: 10 }]);
    const open = await report('complaints?asOf=2024-02-15T00:00:00Z');
    expect(open.resolution).toEqual([{ watched: 1, events: 0, medianDays: null }]);
    expect(await behind(`complaints/clients?${ASOF}&period=2024-01&figure=complained`)).toEqual([BEN]);
    expect((await report(`complaints?${ASOF}&category=noise`)).resolution[0].watched).toBe(0);
  });
});

describe('win-back', () => {
  it('owes a return to the attempt that led to it, and counts the others apart', async () => {
    const { rows } = await report(`win-back?${ASOF}`);
    expect(rows).toMatchObject([
      {
        period: '2024-06',
        success: { numerator: 1, denominator: 1 },
        revenue: [{ currency: 'EUR', amountMinor: 8_000 }],
        organic: 0,
      },
      {
        period: '2024-08',
        success: { denominator: 0, rate: null },
        organic: 1,
        organicRevenue: [{ amountMinor: 11_000 }],
      },
    ]);
    expect(await behind(`win-back/clients?${ASOF}&period=2024-06&figure=returned`)).toEqual([BEN]);
    expect(await behind(`win-back/clients?${ASOF}&period=2024-08&figure=organic`)).toEqual([ADA]);
  });
});

describe('overview', () => {
  it('takes each figure from the report it belongs to', async () => {
    const { latest, key, repeat, rows } = await report(`overview?${ASOF}`);
    expect([latest, repeat.rate]).toEqual(['2024-09', 2 / 3]);
    const lapses = await report(`lapses?${ASOF}`);
    const [last, lastLapses] = [rows.at(-1), lapses.rows.at(-1)];
    expect([last.activeClients, last.churn]).toEqual([lastLapses.closingActive, lastLapses.churn]);
    expect(key.find(({ figure }: { figure: string }) => figure === 'lapsed')).toMatchObject({
      value: lastLapses.lapsed,
    });
    expect(rows.find(({ period }: { period: string }) => period === '2024-06')).toMatchObject({
      reactivated: 1,
      services: 1,
    });
  });
});

describe('lapses and lifecycle', () => {
  it('balance, and open into the clients', async () => {
    const { rows } = await report(`lapses?${ASOF}`);
    for (const row of rows)
      expect(row.closingActive).toBe(
        row.openingActive + row.newlyServiced - row.lapsed + row.reactivated - row.closed + row.reopened,
      );
    expect(await behind(`lapses/clients?${ASOF}&period=2024-04&figure=lapsed`)).toEqual([BEN]);
    expect(await behind(`lapses/clients?${ASOF}&period=2024-03&figure=closed`)).toEqual([CAT]);
    expect(await behind(`lifecycle/clients?${ASOF}&period=2024-02&figure=returning`)).toEqual([ADA]);
    expect(await behind(`lifecycle/clients?${ASOF}&period=2024-02&figure=dormant`)).toEqual([BEN]);
    expect(await behind(`retention/clients?${ASOF}&mode=bounded&cohort=2024-01&k=1`)).toEqual([ADA]);
  });
});

describe('prediction', () => {
  it('is refused where too few came again, with the number', async () => {
    const { body } = await tenure.ask(`/analytics/prediction?${ASOF}`, 'analyst').expect(409);
    expect(body.detail).toMatch(/^\d clients came again before .*; below 200 nothing can be foretold$/);
  });
});

describe('what was published', () => {
  it('is had again by knownAt, and the difference is listed with the events that made it', async () => {
    const before = await report(`repeat?${ASOF}`);
    const { meta: published } = before;
    clock.set('2024-10-20T00:00:00Z');
    await tenure.record('post', `/clients/${BEN}/services`, {
      occurredAt: '2024-02-25T09:00:00Z',
      serviceId: id(24),
    });
    const now = await report(`repeat?${ASOF}`);
    expect(now.rows[0].within[1].numerator).toBe(before.rows[0].within[1].numerator + 1);
    const then = await report(`repeat?${ASOF}&knownAt=2024-10-18T00:00:00Z`);
    expect({ ...then, meta: published }).toEqual(before);
    clock.set('2024-10-22T00:00:00Z');
    const { rows: restated } = await report(
      `retention/restatement?${ASOF}&mode=bounded&from=2024-10-18T00:00:00Z&to=2024-10-21T00:00:00Z`,
    );
    expect(restated).toMatchObject([{ cohort: '2024-01', k: 1, period: '2024-02' }]);
  });
});

describe('what makes no sense', () => {
  it.each([
    ['survival?days=3', 'days'],
    ['survival/clients?figure=events', 'days'],
    ['repeat/clients?figure=repeat&days=30', 'days'],
    ['repeat/clients?figure=clients&cohort=January', 'cohort'],
    ['revenue-retention?grain=month', 'grain'],
    ['revenue-retention/clients?period=2024-02&currency=EUR&figure=base', 'period'],
    ['ltv/clients?cohort=2024-01', 'currency'],
    ['rfm?frequency=often', 'frequency'],
    ['satisfaction?by=mood', 'by'],
    ['win-back/clients?period=2024-06&figure=attempts&group=web', 'group'],
    ['overview?groupBy=source', 'groupBy'],
    ['prediction?months=0', 'months'],
  ])('%s is refused by the name of %s', async (path, name) => {
    const { body } = await tenure.ask(`/analytics/${path}`, 'analyst').expect(400);
    expect(body.errors.map(({ path: at }: { path: string }) => at)).toContain(name);
  });

  it('and staff are no analysts', async () => {
    await tenure.ask('/analytics/overview', 'staff').expect(403);
  });
});
