import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { EventStore } from '../../src/event-store/event-store.js';
import { RfmClock } from '../../src/segment/rfm/rfm-clock.service.js';
import { RFM_CUTS_STREAM, type RfmCutsData } from '../../src/segment/rfm/rfm-cuts.events.js';
import { ReadyMadeSegments, readyMadeId } from '../../src/segment/ready-made.service.js';
import { segmentStream } from '../../src/segment/segment.events.js';
import {
  frequencyScore,
  monetaryScore,
  recencyScore,
  type RfmCuts,
} from '../../projections/segment-membership/rules/rfm-cuts.js';
import { Tenure } from '../support/tenure.js';
import { waitUntil } from '../support/wait-until.js';

const NOW = Date.now();
const ago = (days: number) => new Date(NOW - days * 86_400_000).toISOString();

let tenure: Tenure;
beforeAll(async () => {
  tenure = await Tenure.start();
});
afterAll(() => tenure.close());

const recordedIn = async (stream: string) => tenure.provider(EventStore).readStream(stream);

describe('the ready-made segments', () => {
  it('are there from the start, can be revised, and are not defined again', async () => {
    const vip = readyMadeId('vip');
    await waitUntil('the last one is defined', async () => {
      const events = await recordedIn(segmentStream(readyMadeId('rfm/lost'))).catch(() => []);
      return events.length === 1;
    });
    const rule = { fact: 'tags', op: 'in', value: ['gold'] };
    await tenure.call('put', `/segments/${vip}`, 'staff').send({ name: 'VIP', rule }).expect(200);
    const again = tenure.provider(ReadyMadeSegments);
    again.onApplicationBootstrap();
    await again.beforeApplicationShutdown();
    const types = (await recordedIn(segmentStream(vip))).map(({ event }) => event?.type);
    expect(types).toEqual(['SegmentDefined', 'SegmentRevised']);
  });
});

describe('the cuts of the scores by rank', () => {
  it('give every client the score of its rank, and are taken once a day', async () => {
    // Days since the last visit, visits, and cents: with ties, and one that spent nothing.
    const clients = [
      [1, 1, 500],
      [1, 4, 500],
      [9, 2, 0],
      [30, 1, 1200],
      [30, 1, 90],
      [75, 6, 1200],
      [120, 3, 7],
    ] as const;
    for (const [days, visits, cents] of clients) {
      const { clientId } = await tenure.record('post', '/clients', { occurredAt: ago(400) });
      for (let visit = 0; visit < visits; visit++)
        await tenure.record('post', `/clients/${clientId}/services`, {
          occurredAt: ago(days + visit),
          ...(visit === 0 && cents > 0 ? { amountMinor: cents, currency: 'CAD' } : {}),
        });
    }
    await tenure.record('post', '/clients', { occurredAt: ago(400) });
    await tenure.ask('/clients?limit=1').expect(200);
    const clock = tenure.provider(RfmClock);
    await clock.sweep();
    await clock.sweep();
    const [taken, ...more] = await recordedIn(RFM_CUTS_STREAM);
    expect(more).toEqual([]);
    const data = taken?.event?.data as unknown as RfmCutsData;
    expect(data.clients).toBe(clients.length);
    const cuts: RfmCuts = { at: ago(0), eventId: 'cuts', clients: data.clients, ...data.bounds };
    const rank = (worse: number) => 1 + Math.floor((5 * worse) / clients.length);
    for (const [days, visits, cents] of clients) {
      expect([
        recencyScore(cuts, ago(days)),
        frequencyScore(cuts, visits),
        monetaryScore(cuts, 'CAD', cents),
      ]).toEqual([
        rank(clients.filter((other) => other[0] > days).length),
        rank(clients.filter((other) => other[1] < visits).length),
        rank(clients.filter((other) => other[2] < cents).length),
      ]);
    }
    expect(monetaryScore(cuts, 'USD', 100)).toBeNull();

    const asked = { rule: { fact: 'rfmFrequency', op: 'exists', value: true } };
    const { body: preview } = await tenure.call('post', '/segments/preview').send(asked).expect(200);
    expect(preview).toMatchObject({ count: clients.length, complete: true });
    await waitUntil('each client that was served is in one segment of the scheme', async () => {
      const { body } = await tenure.ask('/segments?limit=200').expect(200);
      const scheme = (body.items as { name: string; size: number }[]).filter(({ name }) =>
        name.startsWith('RFM'),
      );
      return scheme.length === 9 && scheme.reduce((sum, { size }) => sum + size, 0) === clients.length;
    });
  });
});
