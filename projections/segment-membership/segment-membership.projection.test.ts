import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ClientEvent } from '../../src/client/client.events.js';
import type { Rule } from '../../src/segment/rule.js';
import type { SegmentEvent } from '../../src/segment/segment.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { lifeOf, lives, recordedLife } from '../../test/support/client-lives.js';
import { ProjectionSpec } from '../../test/support/projection-spec.js';
import { EventLog } from '../../test/support/recorded-events.js';
import { segmentMembership } from './segment-membership.projection.js';

const ADA = '0a000000-0000-4000-8000-000000000001';
const BEN = '0b000000-0000-4000-8000-000000000002';
const service = (n: number) => `5e000000-0000-4000-8000-00000000000${n}`;
const LAPSE = '1a000000-0000-4000-8000-000000000001';
const on = (day: string) => `${day}T10:00:00.000Z`;

describe('the segments read model', () => {
  let spec: ProjectionSpec;
  let log: EventLog<ClientEvent>;
  beforeAll(async () => {
    spec = await ProjectionSpec.open(segmentMembership('America/Toronto'));
  });
  beforeEach(() => {
    log = new EventLog();
  });
  afterAll(() => spec.close());

  const converted = (client: string, day: string, data = {}) =>
    log.record(`client-${client}`, 'ClientConverted', data, { at: on(day) });
  const serviced = (n: number, day: string) =>
    log.record(`client-${ADA}`, 'ClientServiced', { serviceId: service(n) }, { at: on(day) });
  const lapsed = (lastServiced: string, day: string) => {
    const lapse = { lapseId: LAPSE, lastServicedAt: on(lastServiced), windowDays: 90 };
    const data = { ...lapse, basis: 'fixed' as const, policyVersion: 0 };
    return log.record(`client-${ADA}`, 'ClientLapsed', data, { at: on(day) });
  };

  type Stay = [
    segment: string,
    since: string,
    until: string | null,
    by: RecordedEvent,
    left: RecordedEvent | null,
  ];
  const stay = ([segment, since, until, by, left]: Stay) => ({
    segment,
    client_id: ADA,
    entered_at: on(since),
    left_at: until && on(until),
    entered_by: by.id,
    left_by: left && left.id,
    nth: 1,
  });
  const day = (segment: string, date: string, entered: number, left_it: number, first_entered: number) => ({
    ...{ segment, day: date, entered, left_it, first_entered },
  });

  it('follows a client from new over active and lapsed to reactivated, and counts where clients are', async () => {
    const conversion = converted(ADA, '2024-01-01', { tags: ['vip'] });
    const first = serviced(1, '2024-01-10');
    const lapse = lapsed('2024-01-10', '2024-04-09');
    serviced(2, '2024-05-01');
    const data = { lapseId: LAPSE, serviceId: service(2), daysLapsed: 22, episode: 2 };
    const back = log.record(`client-${ADA}`, 'ClientReactivated', data, { at: on('2024-05-01') });
    converted(BEN, '2024-02-01');
    const untagged = log.record(`client-${ADA}`, 'TagRemoved', { tag: 'vip' }, { at: on('2024-06-01') });

    const rows = await spec.given(log.events).rows();
    expect(rows.segment_member?.filter(({ client_id }) => client_id === ADA)).toEqual([
      stay(['state:active', '2024-01-10', '2024-04-09', first, lapse]),
      stay(['state:lapsed', '2024-04-09', '2024-05-01', lapse, back]),
      stay(['state:new', '2024-01-01', '2024-01-10', conversion, first]),
      stay(['state:reactivated', '2024-05-01', null, back, null]),
      stay(['tag:vip', '2024-01-01', '2024-06-01', conversion, untagged]),
    ]);
    expect(rows.segment_day).toEqual([
      day('state:active', '2024-01-10', 1, 0, 1),
      day('state:active', '2024-04-09', 0, 1, 0),
      day('state:lapsed', '2024-04-09', 1, 0, 1),
      day('state:lapsed', '2024-05-01', 0, 1, 0),
      day('state:new', '2024-01-01', 1, 0, 1),
      day('state:new', '2024-01-10', 0, 1, 0),
      day('state:new', '2024-02-01', 1, 0, 1),
      day('state:reactivated', '2024-05-01', 1, 0, 1),
      day('tag:vip', '2024-01-01', 1, 0, 1),
      day('tag:vip', '2024-06-01', 0, 1, 0),
    ]);
  });

  it('restates the past when late paperwork withdraws a lapse', async () => {
    const conversion = converted(ADA, '2024-01-01');
    const first = serviced(1, '2024-01-10');
    lapsed('2024-01-10', '2024-04-09');
    serviced(2, '2024-03-20');
    const data = { lapseId: LAPSE, serviceId: service(2) };
    log.record(`client-${ADA}`, 'LapseRevoked', data, { at: on('2024-05-01') });

    await spec.given(log.events).gives({
      segment_member: [
        stay(['state:active', '2024-01-10', null, first, null]),
        stay(['state:new', '2024-01-01', '2024-01-10', conversion, first]),
      ],
      segment_day: [
        day('state:active', '2024-01-10', 1, 0, 1),
        day('state:new', '2024-01-01', 1, 0, 1),
        day('state:new', '2024-01-10', 0, 1, 0),
      ],
    });
  });

  it('lets a late first service end an earlier time as new', async () => {
    converted(ADA, '2024-01-01');
    serviced(1, '2024-02-10');
    const earlier = serviced(2, '2024-01-05');
    const { segment_member } = await spec.given(log.events).rows();
    const conversion = log.events[0] as RecordedEvent;
    expect(segment_member).toEqual([
      stay(['state:active', '2024-01-05', null, earlier, null]),
      stay(['state:new', '2024-01-01', '2024-01-05', conversion, earlier]),
    ]);
  });

  it('applies a rule to all of the past, a revision from its instant on, and nothing after the retirement', async () => {
    const SEGMENT = '5e900000-0000-4000-8000-000000000001';
    converted(ADA, '2024-01-01');
    const first = serviced(1, '2024-01-10');
    const segments = new EventLog<SegmentEvent>();
    const rule = (value: number): Rule => ({ fact: 'services', op: 'gte', value });
    const define = (type: 'SegmentDefined' | 'SegmentRevised', value: number, at: string) =>
      segments.record(
        `segment-${SEGMENT}`,
        type,
        { name: 'Served', rule: rule(value), ruleVersion: 1 },
        { at: on(at) },
      );
    define('SegmentDefined', 1, '2024-03-01');
    const revised = define('SegmentRevised', 2, '2024-04-01');
    const after = log.events.length;
    const again = serviced(2, '2024-05-01');
    const retired = segments.record(`segment-${SEGMENT}`, 'SegmentRetired', {}, { at: on('2024-06-01') });
    // One log: what is of segments comes between what is of clients.
    const events = [...log.events.slice(0, after), ...segments.events, ...log.events.slice(after)].map(
      (event, n) => ({ ...event, position: BigInt(n + 1) * 10n }),
    );
    const { segment_member } = await spec.given(events).rows();
    const stays = segment_member?.filter(({ segment }) => segment === SEGMENT);
    expect(stays).toEqual([
      stay([SEGMENT, '2024-01-10', '2024-04-01', first, revised]),
      { ...stay([SEGMENT, '2024-05-01', '2024-06-01', again, retired]), nth: 2 },
    ]);
  });

  it('comes out the same however the facts of a life arrive', async () => {
    const life = fc.asyncProperty(lives, async (steps) => {
      const { segment_day } = await spec.given(recordedLife(ADA, lifeOf(ADA, steps).events)).rows();
      const states = segment_day?.filter(({ segment }) => (segment as string).startsWith('state:')) ?? [];
      expect(states.reduce((sum, { entered, left_it }) => sum + Number(entered) - Number(left_it), 0)).toBe(
        1,
      );
    });
    await fc.assert(life, { numRuns: 5 });
  });
});
