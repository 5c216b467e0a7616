import { DataSource } from 'typeorm';
import { ProjectionSpec } from '../../test/support/projection-spec.js';
import { EventLog } from '../../test/support/recorded-events.js';
import { cohortRetention } from '../cohort-retention/cohort-retention.projection.js';
import type { AnalyticsEvent } from './facts/fact-events.js';
import { heldFacts, type HeldQuestion } from './held.js';

const ADA = '0a000000-0000-4000-8000-000000000001';
const BEN = '0b000000-0000-4000-8000-000000000002';
const NOW = '2030-01-01T00:00:00.000Z';
const uuid = (number: number) => `5e000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

let spec: ProjectionSpec;
let database: DataSource;
let log: EventLog<AnalyticsEvent>;
beforeAll(async () => {
  spec = await ProjectionSpec.open(cohortRetention('UTC'));
  database = await new DataSource({ type: 'postgres', url: spec['database'].url }).initialize();
  // Of another projection.
  await database.query(
    'CREATE TABLE segment_member (segment text, client_id uuid, entered_at timestamptz, left_at timestamptz)',
  );
});
afterAll(async () => {
  await database.destroy();
  await spec.close();
});
beforeEach(() => {
  log = new EventLog();
});

const record: EventLog<AnalyticsEvent>['record'] = (...fact) => log.record(...fact);
const of = (client: string) => `client-${client}`;

async function held(columns: string, table: string, question: Partial<HeldQuestion> = {}) {
  await spec.replay([log.events]);
  const { with: tables, parameters } = heldFacts({ asOf: NOW, knownAt: null, ...question });
  return database.query<Record<string, unknown>[]>(
    `${tables} SELECT ${columns} FROM ${table} ORDER BY 1, 2`,
    parameters,
  );
}

describe('clients are told apart', () => {
  const names: Record<string, string> = { [ADA]: 'Ada', [BEN]: 'Ben' };
  const found = async (question: Partial<HeldQuestion>) =>
    (await held('client_id, in_group', 'client', question)).map(({ client_id, in_group }) => [
      names[client_id as string],
      in_group,
    ]);

  beforeEach(async () => {
    record(
      of(ADA),
      'ClientConverted',
      { source: 'referral', trade: 'hvac', clientType: 'residential' },
      { at: '2024-01-01T00:00:00.000Z' },
    );
    record(of(BEN), 'ClientConverted', {}, { at: '2024-01-02T00:00:00.000Z' });
    const done = { serviceId: uuid(1), serviceType: 'repair', technicians: ['Kim', 'Lou'] };
    record(of(ADA), 'ClientServiced', done, { at: '2024-02-01T00:00:00.000Z' });
    record(
      of(ADA),
      'ClientServiced',
      { serviceId: uuid(2), serviceType: 'check' },
      { at: '2024-03-01T00:00:00.000Z' },
    );
    record(
      of(BEN),
      'ClientServiced',
      { serviceId: uuid(3), serviceType: 'check' },
      { at: '2024-03-01T00:00:00.000Z' },
    );
    await database.query('TRUNCATE segment_member');
    await database.query(
      `INSERT INTO segment_member VALUES ('vip', $1, '2024-01-05', '2024-05-01'), ('late', $1, '2024-03-01', NULL)`,
      [ADA],
    );
  });

  test.each([
    [{ source: 'referral' }, [['Ada', null]]],
    [{ trade: 'hvac', clientType: 'residential', groupBy: 'trade' }, [['Ada', 'hvac']]],
    [{ serviceType: 'check' }, [['Ben', null]]],
    [{ technician: 'Kim', serviceType: 'repair' }, [['Ada', null]]],
    [{ technician: 'Lou' }, []],
    [
      { groupBy: 'serviceType' },
      [
        ['Ada', 'repair'],
        ['Ben', 'check'],
      ],
    ],
    [
      { groupBy: 'technician' },
      [
        ['Ada', 'Kim'],
        ['Ben', null],
      ],
    ],
    [
      { groupBy: 'source' },
      [
        ['Ada', 'referral'],
        ['Ben', null],
      ],
    ],
    [
      { groupBy: 'clientType' },
      [
        ['Ada', 'residential'],
        ['Ben', null],
      ],
    ],
    [{ segment: 'vip', asOf: '2024-02-15T00:00:00.000Z' }, [['Ada', null]]],
    [{ segment: 'vip' }, []],
    [
      { groupBy: 'segment', asOf: '2024-04-15T00:00:00.000Z' },
      [
        ['Ada', 'late'],
        ['Ada', 'vip'],
      ],
    ],
  ] as [Partial<HeldQuestion>, [string, string | null][]][])('by %j', async (question, expected) => {
    expect(await found(question)).toEqual(expected);
  });

  test('by what was known of them at a moment', async () => {
    record(of(ADA), 'ClientDetailsChanged', { source: 'radio' }, { recordedAt: '2024-06-01T00:00:00.000Z' });
    record(of(BEN), 'ClientDetailsChanged', { name: undefined });
    expect(await found({ groupBy: 'source' })).toEqual([
      ['Ada', 'radio'],
      ['Ben', null],
    ]);
    const before = { groupBy: 'source', knownAt: '2024-06-01T00:00:00.000Z' } as const;
    expect(await found(before)).toEqual([
      ['Ada', 'referral'],
      ['Ben', null],
    ]);
  });

  test('by the first service as a correction or a merge leaves it', async () => {
    const moved = {
      serviceId: uuid(2),
      servicedAt: '2024-01-15T00:00:00.000Z',
      previouslyServicedAt: '2024-03-01T00:00:00.000Z',
    };
    record(of(ADA), 'ServiceCorrected', { ...moved, technicians: ['Max'] });
    expect(await found({ groupBy: 'serviceType' })).toEqual([
      ['Ada', 'check'],
      ['Ben', 'check'],
    ]);
    expect(await found({ technician: 'Max' })).toEqual([['Ada', null]]);
    record(of(ADA), 'ClientMergedInto', { survivorId: BEN });
    const services = [{ serviceId: uuid(2), at: '2024-01-15T00:00:00.000Z', serviceType: 'check' }];
    const life = { services, lapses: [], items: {} };
    record(of(BEN), 'ClientAbsorbed', { absorbedId: ADA, convertedAt: '2024-01-01T00:00:00.000Z', life });
    expect(await found({ groupBy: 'technician' })).toEqual([['Ben', 'Max']]);
  });
});

describe('what a client has beside services', () => {
  beforeEach(() => {
    record(of(ADA), 'ClientConverted', {}, { at: '2024-01-01T00:00:00.000Z' });
    record(of(BEN), 'ClientConverted', {}, { at: '2024-01-01T00:00:00.000Z' });
  });

  test('refunds are negative, on their own date', async () => {
    const refund = { invoiceId: uuid(7), amountMinor: 500, currency: 'EUR' };
    record(of(ADA), 'InvoiceRefunded', refund, { at: '2024-03-01T00:00:00.000Z' });
    expect(await held('client_id, at, amount_minor::text AS amount, currency', 'refund')).toEqual([
      { client_id: ADA, at: new Date('2024-03-01T00:00:00Z'), amount: '-500', currency: 'EUR' },
    ]);
    expect(await held('1, 2', 'refund', { asOf: '2024-03-01T00:00:00.000Z' })).toEqual([]);
  });

  test('answers, and the times it was asked: of messages only those that ask', async () => {
    const sent = { channel: 'email', kind: 'review_request', serviceId: uuid(1) };
    record(of(ADA), 'CommunicationSent', sent);
    record(of(ADA), 'CommunicationSent', { ...sent, kind: 'reminder' });
    record(of(ADA), 'FeedbackReceived', {
      feedbackId: uuid(8),
      instrument: 'nps',
      score: 9,
      serviceId: uuid(1),
    });
    expect(await held('channel, service_id', 'ask')).toEqual([{ channel: 'email', service_id: uuid(1) }]);
    expect(await held('instrument, score', 'feedback')).toEqual([{ instrument: 'nps', score: 9 }]);
  });

  test('attempts, and the return that is owed to one', async () => {
    record(of(ADA), 'ReactivationAttempted', { attemptId: uuid(9), channel: 'phone', campaign: 'spring' });
    const window = { windowDays: 90, basis: 'fixed', policyVersion: 1 } as const;
    record(of(ADA), 'ClientLapsed', {
      lapseId: uuid(5),
      lastServicedAt: '2024-01-01T00:00:00.000Z',
      ...window,
    });
    const back = { lapseId: uuid(5), serviceId: uuid(2), daysLapsed: 3, episode: 2, attemptId: uuid(9) };
    record(of(ADA), 'ClientReactivated', back);
    expect(await held('channel, campaign', 'attempt')).toEqual([{ channel: 'phone', campaign: 'spring' }]);
    expect(await held('window_days, attempt_id', 'lapse')).toEqual([
      { window_days: 90, attempt_id: uuid(9) },
    ]);
    record(of(ADA), 'ReactivationRevoked', { lapseId: uuid(5), serviceId: uuid(2) });
    expect(await held('returned_at, attempt_id', 'lapse')).toEqual([{ returned_at: null, attempt_id: null }]);
    record(of(ADA), 'LapseRevoked', { lapseId: uuid(5) });
    expect(await held('returned_at, attempt_id', 'lapse')).toEqual([]);
  });

  test('closures, with the reopening that ended one', async () => {
    record(of(ADA), 'ClientClosed', { reason: 'price' }, { at: '2024-02-01T00:00:00.000Z' });
    record(of(ADA), 'ClientReopened', {}, { at: '2024-03-01T00:00:00.000Z' });
    record(of(ADA), 'ClientClosed', { reason: 'other' }, { at: '2024-04-01T00:00:00.000Z' });
    const exits = async (asOf: string) =>
      (await held('at, reason, reopened_at', 'closure', { asOf })).map(({ reason, reopened_at: until }) => [
        reason,
        until instanceof Date ? until.toISOString().slice(0, 10) : until,
      ]);
    expect(await exits(NOW)).toEqual([
      ['price', '2024-03-01'],
      ['other', null],
    ]);
    expect(await exits('2024-03-01T00:00:00.000Z')).toEqual([['price', null]]);
  });

  test('a complaint is open again from its reopening on', async () => {
    const raised = { complaintId: uuid(3), serviceId: uuid(1), category: 'quality', severity: 'high' };
    record(of(ADA), 'ClientComplained', raised, { at: '2024-02-01T00:00:00.000Z' });
    record(
      of(ADA),
      'ComplaintResolved',
      { complaintId: uuid(3), satisfaction: 2 },
      { at: '2024-02-03T00:00:00.000Z' },
    );
    record(of(ADA), 'ComplaintReopened', { complaintId: uuid(3) }, { at: '2024-02-05T00:00:00.000Z' });
    const open = async (asOf: string) =>
      (await held('category, resolved_at IS NULL AS open', 'complaint', { asOf })).map((one) => one.open);
    expect(await open('2024-02-03T00:00:00.000Z')).toEqual([true]);
    expect(await open('2024-02-04T00:00:00.000Z')).toEqual([false]);
    expect(await open(NOW)).toEqual([true]);
    expect(await held('change, satisfaction', 'complaint_change')).toEqual([
      { change: 'raised', satisfaction: null },
      { change: 'reopened', satisfaction: null },
      { change: 'resolved', satisfaction: 2 },
    ]);
  });

  test('what was recorded of either client of a merge is the survivor’s, and goes back when they are two again', async () => {
    const answered = (client: string, id: number) =>
      record(of(client), 'FeedbackReceived', { feedbackId: uuid(id), instrument: 'csat', score: id });
    const whose = async () =>
      (await held('score, client_id', 'feedback')).map(({ score, client_id }) => [score, client_id]);
    const life = { services: [], lapses: [], items: {} };
    answered(BEN, 1);
    record(of(BEN), 'ClientMergedInto', { survivorId: ADA });
    record(of(ADA), 'ClientAbsorbed', { absorbedId: BEN, convertedAt: '2024-01-01T00:00:00.000Z', life });
    answered(ADA, 2);
    answered(ADA, 3);
    expect(await whose()).toEqual([
      [1, ADA],
      [2, ADA],
      [3, ADA],
    ]);
    // The last one is Ben's, it turns out.
    const goes = { ...life, items: { feedback: { [uuid(1)]: { of: BEN }, [uuid(3)]: {} } } };
    record(of(ADA), 'ClientUnmerged', { side: 'survivor', otherId: BEN, life: goes });
    record(of(BEN), 'ClientUnmerged', { side: 'restored', otherId: ADA, life: goes });
    expect(await whose()).toEqual([
      [1, BEN],
      [2, ADA],
      [3, BEN],
    ]);
  });
});
