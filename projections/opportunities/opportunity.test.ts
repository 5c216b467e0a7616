import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ClientEvent } from '../../src/client/client.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { plusDays } from '../../src/schema/instant.js';
import { EventLog } from '../../test/support/recorded-events.js';
import { clientCards, type ClientCardRow } from '../client-record/client-card.js';
import { clientRecords, type ClientRecordRow } from '../client-record/client-record.js';
import { localDays } from '../local-day.js';
import { opportunitiesOf } from './opportunity.js';
import { winBacksOf } from './win-back.js';

const ADA = 'client-0a000000-0000-4000-8000-000000000001';
const id = (n: number) => `5e000000-0000-4000-8000-0000000000${String(n).padStart(2, '0')}`;
const day = (n: number) => plusDays('2024-01-01T09:00:00.000Z', n);

let log: EventLog<ClientEvent>;
let services: number;
beforeEach(() => {
  log = new EventLog();
  services = 0;
});

const tell = <Type extends ClientEvent['type']>(type: Type, data: object, at: number) =>
  log.record(ADA, type, data as never, { at: day(at) });
const converted = (data: object = {}) => tell('ClientConverted', data, 0);
const served = (at: number, data: object = {}) =>
  tell('ClientServiced', { serviceId: id(++services), ...data }, at);

/** The two rows that a client's opportunities follow from. */
function folded(): [ClientRecordRow, ClientCardRow] {
  const fold = <Row>(evolve: object): Row =>
    log.events.reduce<Row | null>((row, event) => {
      const on = (evolve as Record<string, ((row: Row | null, event: RecordedEvent) => Row) | undefined>)[
        event.event.type
      ];
      return on ? on(row, event) : row;
    }, null) as Row;
  return [fold(clientRecords(localDays('UTC')).evolve), fold(clientCards.evolve)];
}
const found = () => opportunitiesOf(...folded());
const kinds = () => found().map(({ reason }) => ('because' in reason ? reason.because : reason.kind));

describe('a client', () => {
  it('is due by habit, and a plan is worth proposing where it comes evenly', () => {
    converted();
    for (const at of [10, 24, 38, 52]) served(at);
    expect(found()).toMatchObject([
      { from: day(66), reason: { kind: 'due_for_service', dueAt: day(66), basis: 'own_cadence' } },
      { from: day(52), reason: { kind: 'plan_candidate', visits: 4, usualGapDays: 14 } },
      { from: day(66), reason: { kind: 'at_risk', because: 'quiet', since: day(52), usualDays: 14 } },
    ]);
  });

  it('needs no plan proposed when it has one, comes unevenly, or seldom', () => {
    converted();
    for (const at of [10, 24, 60, 65]) served(at);
    expect(kinds()).not.toContain('plan_candidate');
    log = new EventLog();
    converted();
    for (const at of [10, 24, 38, 52]) served(at);
    tell('PlanEnrolled', { planId: id(70), intervalDays: 14 }, 53);
    expect(kinds()).toEqual(['due_for_service', 'quiet']);
  });

  it('is due by plan before it was ever served', () => {
    converted();
    tell('PlanEnrolled', { planId: id(70), intervalDays: 14 }, 2);
    expect(found()).toMatchObject([{ from: day(16), reason: { basis: 'plan' } }]);
  });

  it('that came once and is due by nothing has not returned after a while, which its trade says', () => {
    converted({ trade: 'cleaning' });
    served(3);
    expect(found()).toEqual([
      { from: day(33), reason: { kind: 'not_returned', servicedAt: day(3), usualDays: 30 } },
    ]);
    served(3);
    expect(kinds()).toEqual(['not_returned']);
    served(12);
    expect(kinds()).toEqual([]);
  });

  it('of a trade of the seasons is due a year later', () => {
    converted({ trade: 'hvac' });
    served(3);
    expect(found()).toMatchObject([{ from: day(368), reason: { basis: 'season' } }]);
  });

  it('that lapsed is worth winning back if it came more than once, and is due for nothing', () => {
    converted();
    served(1, { nextDueAt: day(20) });
    tell('ClientLapsed', { lapseId: id(80), lastServicedAt: day(1), windowDays: 60 }, 61);
    expect(kinds()).toEqual([]);
    log = new EventLog();
    converted();
    for (const at of [1, 2]) served(at);
    tell('ClientLapsed', { lapseId: id(80), lastServicedAt: day(2), windowDays: 60 }, 62);
    expect(found()).toEqual([
      { from: day(62), reason: { kind: 'reactivation', lapsedSince: day(62), visits: 2 } },
    ]);
  });

  it('is left alone until its visit is over, and for two weeks after it was approached', () => {
    converted();
    served(1, { nextDueAt: day(20) });
    tell('BookingMade', { bookingId: id(60), scheduledFor: day(30) }, 2);
    expect(found()).toMatchObject([{ from: day(31) }]);
    tell('BookingCancelled', { bookingId: id(60) }, 3);
    expect(found()).toMatchObject([{ from: day(20) }]);
    tell('CommunicationSent', { channel: 'email', kind: 'reminder' }, 19);
    expect(found()).toMatchObject([{ from: day(20) }]);
    tell('CommunicationSent', { channel: 'email', kind: 'rebooking' }, 19);
    tell('CommunicationSent', { channel: 'email', kind: 'rebooking' }, 5);
    expect(found()).toMatchObject([{ from: day(33) }]);
  });

  it('is on the list of follow-ups instead as long as one says when to rebook', () => {
    converted();
    served(1, { nextDueAt: day(20) });
    tell('FollowUpScheduled', { followUpId: id(61), dueAt: day(25), topic: 'rebooking' }, 2);
    expect(found()).toEqual([]);
    tell('FollowUpDone', { followUpId: id(61) }, 25);
    expect(kinds()).toEqual(['due_for_service']);
  });

  it('is not called when it wants no contact, was closed, merged or forgotten', () => {
    for (const [type, data] of [
      ['CommunicationPreferenceChanged', { channel: 'phone', kind: 'any', granted: false }],
      ['ClientClosed', { reason: 'moved_away' }],
      ['ClientMergedInto', { survivorId: id(99) }],
      ['ClientErased', {}],
    ] as const) {
      log = new EventLog();
      converted();
      served(1, { nextDueAt: day(20) });
      expect(kinds()).toEqual(['due_for_service']);
      tell(type, data, 3);
      expect(found()).toEqual([]);
    }
  });

  it('is at risk with a complaint open until it is resolved, and with a low rating until it is spoken to', () => {
    converted();
    served(1, { rating: 2 });
    tell('ClientComplained', { complaintId: id(50) }, 2);
    const risks = () => found().filter(({ reason }) => reason.kind === 'at_risk');
    expect(risks()).toMatchObject([
      { from: day(2), reason: { because: 'open_complaint', count: 1 } },
      { from: day(1), reason: { because: 'low_rating', rating: { instrument: 'stars', score: 2 } } },
    ]);
    tell('CommunicationSent', { channel: 'phone', kind: 'support' }, 3);
    tell('ComplaintResolved', { complaintId: id(50) }, 4);
    expect(risks()).toMatchObject([{ from: day(17), reason: { because: 'low_rating' } }]);
    tell('FeedbackReceived', { feedbackId: id(51), instrument: 'stars', score: 4 }, 5);
    expect(risks()).toEqual([]);
  });
});

describe('a win-back', () => {
  const LAPSE = { lapseId: id(80), lastServicedAt: day(1), windowDays: 60 };
  const returned = { lapseId: id(80), serviceId: id(2), daysLapsed: 39, episode: 2 };

  it('leads from the attempt to the return and to what it brought, until the next lapse', () => {
    converted();
    served(1, { amountMinor: 1_000, currency: 'CAD' });
    tell('ClientLapsed', LAPSE, 61);
    tell('ReactivationAttempted', { attemptId: id(90), channel: 'email', campaign: 'spring' }, 90);
    tell('ReactivationAttempted', { attemptId: id(91), channel: 'phone' }, 95);
    expect(winBacksOf(...folded())).toMatchObject([
      {
        win_back_id: id(90),
        attempt: { channel: 'email', campaign: 'spring' },
        returned_at: null,
        revenue: [],
      },
      { win_back_id: id(91), organic: false, at: day(95) },
    ]);
    served(100, { amountMinor: 2_000, currency: 'CAD' });
    tell('ClientReactivated', { ...returned, attemptId: id(91) }, 100);
    served(110, { amountMinor: 500, currency: 'CAD' });
    tell('ClientLapsed', { lapseId: id(81), lastServicedAt: day(110), windowDays: 60 }, 170);
    served(200, { amountMinor: 9_000, currency: 'CAD' });
    expect(winBacksOf(...folded())).toMatchObject([
      { win_back_id: id(90), returned_at: null, services: 0 },
      {
        win_back_id: id(91),
        ...{ returned_at: day(100), service_id: id(2), days: 5, services: 2 },
        revenue: [{ currency: 'CAD', amountMinor: 2_500 }],
      },
    ]);
  });

  it('is organic where no attempt led to the return, and is gone with a return that is withdrawn', () => {
    converted();
    served(1);
    tell('ClientLapsed', LAPSE, 61);
    served(100);
    tell('ClientReactivated', returned, 100);
    expect(winBacksOf(...folded())).toMatchObject([
      { win_back_id: id(80), organic: true, at: day(100), attempt: null, days: 39 },
    ]);
    tell('ReactivationRevoked', { lapseId: id(80), serviceId: id(2) }, 101);
    expect(winBacksOf(...folded())).toEqual([]);
  });
});
