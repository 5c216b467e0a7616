import { describe, it } from '@jest/globals';
import { v5 as uuidv5 } from 'uuid';
import { commandsTo } from '../../../test/support/commands.js';
import { specify } from '../../../test/support/decider-spec.js';
import { clientDecider } from '../client.decider.js';
import type { ClientEvent } from '../client.events.js';
import type { LapsePolicy } from '../../policy/lapse-policy.js';
import { plusDays, type Instant } from '../../schema/instant.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';
const command = commandsTo(clientId);
const day = (n: number): Instant => plusDays('2024-01-01T12:00:00.000Z', n);
const id = (name: string) => uuidv5(name, clientId);
const lapseId = (n: number) => id(`lapse/${n}`);

const converted = (at: Instant): ClientEvent => ({ type: 'ClientConverted', data: {}, occurredAt: at });
const serviced = (name: string, at: Instant): ClientEvent => ({
  type: 'ClientServiced',
  data: { serviceId: id(name) },
  occurredAt: at,
});
const lapsed = (n: number, lastServicedAt: Instant): ClientEvent => ({
  type: 'ClientLapsed',
  data: { lapseId: lapseId(n), lastServicedAt, windowDays: 90, basis: 'fixed', policyVersion: 0 },
  occurredAt: plusDays(lastServicedAt, 90),
});
const reactivated = (
  n: number,
  name: string,
  at: Instant,
  daysLapsed: number,
  episode: number,
): ClientEvent => ({
  type: 'ClientReactivated',
  data: { lapseId: lapseId(n), serviceId: id(name), daysLapsed, episode },
  occurredAt: at,
});
const lapseRevoked = (n: number, name: string, at: Instant): ClientEvent => ({
  type: 'LapseRevoked',
  data: { lapseId: lapseId(n), serviceId: id(name) },
  occurredAt: at,
});
const reactivationRevoked = (n: number, name: string, at: Instant): ClientEvent => ({
  type: 'ReactivationRevoked',
  data: { lapseId: lapseId(n), serviceId: id(name) },
  occurredAt: at,
});

const service = (name: string, at: Instant, now: Instant, lapsesUpTo = now) =>
  command({ kind: 'RecordService', data: { serviceId: id(name) } }, at, now, { lapsesUpTo });
const lapse = (now: Instant) => command({ kind: 'LapseClient', data: {} }, now);

const { given } = specify(clientDecider);

describe('converting', () => {
  it('begins the life of a client', () => {
    given()
      .when(command({ kind: 'ConvertClient', data: { name: 'Ada' } }, day(0)))
      .then({ type: 'ClientConverted', data: { name: 'Ada' }, occurredAt: day(0) });
  });

  it('happens once', () => {
    given(converted(day(0)))
      .when(command({ kind: 'ConvertClient', data: {} }, day(1)))
      .thenRefused('illegal', /converted on 2024-01-01/);
  });
});

describe('recording a service', () => {
  it('is refused for a client who never converted', () => {
    given()
      .when(service('s1', day(0), day(0)))
      .thenRefused('unknown', /no such client/);
  });

  it('makes a new client active', () => {
    given(converted(day(0)))
      .when(service('s1', day(1), day(1)))
      .then(serviced('s1', day(1)));
  });

  it('may lie before the conversion was recorded', () => {
    given(converted(day(1)))
      .when(service('s1', day(0), day(1)))
      .then(serviced('s1', day(0)));
  });

  it('happens once for an id', () => {
    given(converted(day(0)), serviced('s1', day(1)))
      .when(service('s1', day(2), day(2)))
      .thenRefused('illegal', /already recorded/);
  });

  it('takes an amount only with a currency', () => {
    const data = { serviceId: id('s1'), amountMinor: 100 };
    given(converted(day(0)))
      .when(command({ kind: 'RecordService', data }, day(1)))
      .thenRefused('invalid', /needs a currency/);
  });

  it('one instant before the window runs out leaves the client active', () => {
    const at = new Date(Date.parse(day(90)) - 1).toISOString();
    given(converted(day(0)), serviced('s1', day(0)))
      .when(service('s2', at, at))
      .then(serviced('s2', at));
  });

  it('exactly when the window runs out finds the client lapsed, and reactivates (rule ge)', () => {
    given(converted(day(0)), serviced('s1', day(0)))
      .when(service('s2', day(90), day(90)))
      .then(lapsed(1, day(0)), serviced('s2', day(90)), reactivated(1, 's2', day(90), 0, 2));
  });

  it('to a client lapsed by the clock reactivates in the same append', () => {
    given(converted(day(0)), serviced('s1', day(0)), lapsed(1, day(0)))
      .when(service('s2', day(100), day(100)))
      .then(serviced('s2', day(100)), reactivated(1, 's2', day(100), 10, 2));
  });

  it('long ago records the lapse that has followed since', () => {
    given(converted(day(0)))
      .when(service('s1', day(0), day(200)))
      .then(serviced('s1', day(0)), lapsed(1, day(0)));
  });

  it('leaves that lapse to the clock where more of the life is still to come', () => {
    given(converted(day(0)))
      .when(service('s1', day(0), day(200), day(0)))
      .then(serviced('s1', day(0)));
  });

  it('numbers lapses and episodes on', () => {
    const life = [converted(day(0)), serviced('s1', day(0)), lapsed(1, day(0)), serviced('s2', day(100))];
    given(...life, reactivated(1, 's2', day(100), 10, 2))
      .when(service('s3', day(300), day(300)))
      .then(lapsed(2, day(100)), serviced('s3', day(300)), reactivated(2, 's3', day(300), 110, 3));
  });
});

describe('recording a service late', () => {
  const lapsedLife = [converted(day(0)), serviced('s1', day(0)), lapsed(1, day(0))];

  it('inside a window held to have run out withdraws the lapse, and is no return', () => {
    given(...lapsedLife)
      .when(service('late', day(80), day(100)))
      .then(serviced('late', day(80)), lapseRevoked(1, 'late', day(100)));
  });

  it('withdraws the lapse and records the one that its own window leads to', () => {
    given(...lapsedLife)
      .when(service('late', day(10), day(100)))
      .then(serviced('late', day(10)), lapseRevoked(1, 'late', day(100)), lapsed(2, day(10)));
  });

  it('at the instant of the last service changes nothing else', () => {
    given(...lapsedLife)
      .when(service('late', day(0), day(100)))
      .then(serviced('late', day(0)));
  });

  it('between a lapse and the return that is on record becomes the return', () => {
    given(...lapsedLife, serviced('s2', day(150)), reactivated(1, 's2', day(150), 60, 2))
      .when(service('late', day(120), day(160)))
      .then(
        serviced('late', day(120)),
        reactivationRevoked(1, 's2', day(160)),
        reactivated(1, 'late', day(120), 30, 2),
      );
  });

  it('inside the window of a lapse that was ended withdraws both', () => {
    given(...lapsedLife, serviced('s2', day(150)), reactivated(1, 's2', day(150), 60, 2))
      .when(service('late', day(80), day(160)))
      .then(
        serviced('late', day(80)),
        reactivationRevoked(1, 's2', day(160)),
        lapseRevoked(1, 'late', day(160)),
      );
  });

  it('before the first service shows the lapse between the two', () => {
    given(converted(day(0)), serviced('s2', day(150)))
      .when(service('late', day(0), day(160)))
      .then(serviced('late', day(0)), lapsed(1, day(0)), reactivated(1, 's2', day(150), 60, 2));
  });
});

describe('correcting and voiding a service', () => {
  const year: LapsePolicy = { kind: 'fixed', windowDays: 365, version: 1 };
  const underYear = commandsTo(clientId, year);
  const lapsedLife = [converted(day(0)), serviced('s1', day(0)), lapsed(1, day(0))];
  const voided = (name: string, servicedAt: Instant, at: Instant): ClientEvent => ({
    type: 'ServiceVoided',
    data: { serviceId: id(name), servicedAt },
    occurredAt: at,
  });
  const corrected = (name: string, from: Instant, to: Instant, at: Instant): ClientEvent => ({
    type: 'ServiceCorrected',
    data: { serviceId: id(name), servicedAt: to, previouslyServicedAt: from },
    occurredAt: at,
  });
  const correction = (name: string, to: Instant, now: Instant) =>
    ({ intent: { kind: 'CorrectService', data: { serviceId: id(name), servicedAt: to } }, now }) as const;

  it('a void of the service that ended a lapse leaves the client lapsed', () => {
    given(...lapsedLife, serviced('s2', day(100)), reactivated(1, 's2', day(100), 10, 2))
      .when(command({ kind: 'VoidService', data: { serviceId: id('s2') } }, day(110)))
      .then(voided('s2', day(100), day(110)), reactivationRevoked(1, 's2', day(110)));
  });

  it('a void of one of two services at the same instant changes no lapse', () => {
    given(converted(day(0)), serviced('s0', day(0)), ...lapsedLife.slice(1))
      .when(command({ kind: 'VoidService', data: { serviceId: id('s0') } }, day(110)))
      .then(voided('s0', day(0), day(110)));
  });

  it('a void between two services shows the lapse in the gap that it leaves', () => {
    given(converted(day(0)), serviced('s1', day(0)), serviced('s2', day(60)), serviced('s3', day(120)))
      .when(command({ kind: 'VoidService', data: { serviceId: id('s2') } }, day(130)))
      .then(voided('s2', day(60), day(130)), lapsed(1, day(0)), reactivated(1, 's3', day(120), 30, 2));
  });

  it('a lapse follows its service to the right date, by the window it was recorded with', () => {
    const { intent, now } = correction('s1', day(5), day(100));
    given(...lapsedLife)
      .when(underYear(intent, now))
      .then(corrected('s1', day(0), day(5), now), lapseRevoked(1, 's1', now), lapsed(2, day(5)));
  });

  it('another policy leaves recorded lapses, and gaps that were judged, as they are', () => {
    const { intent, now } = correction('s2', day(95), day(110));
    given(...lapsedLife, serviced('s2', day(100)), reactivated(1, 's2', day(100), 10, 2))
      .when(underYear(intent, now))
      .then(
        corrected('s2', day(100), day(95), now),
        reactivationRevoked(1, 's2', now),
        reactivated(1, 's2', day(95), 5, 2),
      );
    given(converted(day(0)), serviced('s1', day(0)), serviced('s2', day(200)))
      .when(service('s3', day(210), day(210)))
      .then(serviced('s3', day(210)));
  });

  it('a gap that is new is judged by the policy in force', () => {
    const { intent, now } = correction('s2', day(80), day(110));
    given(...lapsedLife, serviced('s2', day(100)), reactivated(1, 's2', day(100), 10, 2))
      .when(underYear(intent, now))
      .then(
        corrected('s2', day(100), day(80), now),
        reactivationRevoked(1, 's2', now),
        lapseRevoked(1, 's2', now),
      );
  });
});

describe('what keeps a client', () => {
  const booked: ClientEvent = {
    type: 'BookingMade',
    data: { bookingId: id('b1'), scheduledFor: day(100) },
    occurredAt: day(50),
  };
  const cancelled = (at: Instant): ClientEvent => ({
    type: 'BookingCancelled',
    data: { bookingId: id('b1') },
    occurredAt: at,
  });
  const heldUntil = (until: Instant): ClientEvent => {
    const { type, data } = lapsed(1, day(0)) as Extract<ClientEvent, { type: 'ClientLapsed' }>;
    return { type, data: { ...data, heldUntil: until }, occurredAt: until };
  };
  const life = [converted(day(0)), serviced('s1', day(0))];

  it('a booking holds it until the day after, and no longer however late it is called off', () => {
    given(...life, booked)
      .when(lapse(plusDays(day(101), -0.1)))
      .thenNothing();
    given(...life, booked)
      .when(lapse(day(101)))
      .then(heldUntil(day(101)));
    given(...life, booked, cancelled(day(95)))
      .when(lapse(day(200)))
      .then(heldUntil(day(95)));
    given(...life, booked, cancelled(day(150)))
      .when(lapse(day(200)))
      .then(heldUntil(day(101)));
  });

  it('a booking that a service has kept early holds it no longer', () => {
    const early = { serviceId: id('s2'), bookingId: id('b1') };
    given(...life, booked)
      .when(command({ kind: 'RecordService', data: early }, day(60), day(155)))
      .then(
        { type: 'ClientServiced', data: early, occurredAt: day(60) },
        {
          ...lapsed(1, day(60)),
          occurredAt: day(150),
        },
      );
  });

  it('a live plan keeps it until the plan ends; a closure keeps it until it is reopened', () => {
    const enrolled: ClientEvent = {
      type: 'PlanEnrolled',
      data: { planId: id('p1'), intervalDays: 14 },
      occurredAt: day(10),
    };
    const ended: ClientEvent = { type: 'PlanEnded', data: { planId: id('p1') }, occurredAt: day(300) };
    given(...life, enrolled)
      .when(lapse(day(900)))
      .thenNothing();
    given(...life, enrolled, ended)
      .when(lapse(day(900)))
      .then(heldUntil(day(300)));
    const closed: ClientEvent = { type: 'ClientClosed', data: { reason: 'price' }, occurredAt: day(20) };
    const reopened: ClientEvent = { type: 'ClientReopened', data: {}, occurredAt: day(400) };
    given(...life, closed, reopened)
      .when(lapse(day(900)))
      .then(heldUntil(day(400)));
  });

  it('comes too late once the window has run out: the lapse is recorded first', () => {
    const data = { bookingId: id('b1'), scheduledFor: day(120) };
    given(...life)
      .when(command({ kind: 'MakeBooking', data }, day(95)))
      .then(lapsed(1, day(0)), { type: 'BookingMade', data, occurredAt: day(95) });
    given(...life)
      .when(command({ kind: 'CloseClient', data: { reason: 'price' } }, day(95)))
      .then(lapsed(1, day(0)), { type: 'ClientClosed', data: { reason: 'price' }, occurredAt: day(95) });
  });
});

describe('the clock', () => {
  it('lapses a quiet client, dated at the due instant however late it comes', () => {
    given(converted(day(0)), serviced('s1', day(0)))
      .when(lapse(day(500)))
      .then(lapsed(1, day(0)));
  });

  it('finds nothing to do before the window has run out', () => {
    given(converted(day(0)), serviced('s1', day(0)))
      .when(lapse(day(89)))
      .thenNothing();
  });

  it('finds nothing to do a second time', () => {
    given(converted(day(0)), serviced('s1', day(0)), lapsed(1, day(0)))
      .when(lapse(day(91)))
      .thenNothing();
  });

  it('never lapses a client who was never serviced', () => {
    given(converted(day(0)))
      .when(lapse(day(1000)))
      .thenNothing();
  });
});
