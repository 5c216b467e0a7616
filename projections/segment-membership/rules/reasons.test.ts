import { describe, expect, it, test } from '@jest/globals';
import { clientStream, type ClientEvent } from '../../../src/client/client.events.js';
import type { Rule } from '../../../src/segment/rule.js';
import { EventLog } from '../../../test/support/recorded-events.js';
import { rowsOf } from '../../../test/support/segment-lives.js';
import { ruleContext } from '../rule-context.js';
import type { SegmentClientRow } from '../life/segment-client.js';
import { ruleInWords } from './rule-in-words.js';
import { reasonsAt } from './stays.js';

const inactive: Rule = { fact: 'daysSinceLastService', op: 'gt', value: 45 };
const regular: Rule = { fact: 'services', op: 'gte', value: 2 };
const spent: Rule = { fact: 'lifetimeValueMinor', op: 'between', value: [10_000, 50_000], currency: 'EUR' };

test.each<[Rule, string]>([
  [inactive, 'whole days since its last service: more than 45'],
  [
    { fact: 'services', op: 'gte', value: 2, withinDays: 90 },
    'number of services (within 90 days): at least 2',
  ],
  [spent, 'amounts of all its services together, in minor units (in EUR): between 10000 and 50000'],
  [{ fact: 'tags', op: 'in', value: ['vip', 'garden'] }, 'its tags: one of vip or garden'],
  [{ fact: 'source', op: 'exists', value: false }, 'where the lead came from: there is none'],
  [
    { and: [regular, { not: inactive }] },
    'number of services: at least 2, and not (whole days since its last service: more than 45)',
  ],
  [
    { and: [regular, { or: [inactive, { fact: 'onPlan', op: 'eq', value: true }] }] },
    'number of services: at least 2, and (whole days since its last service: more than 45, or ' +
      'whether it has a plan that has not ended, paused or not: is true)',
  ],
])('the rule %j is said in words', (rule, words) => {
  expect(ruleInWords(rule)).toBe(words);
});

describe('why a rule holds for a client', () => {
  const stream = clientStream('c1000000-0000-4000-8000-000000000001');
  const log = new EventLog<ClientEvent>();
  const converted = log.record(stream, 'ClientConverted', {}, { at: '2024-01-01T09:00:00.000Z' });
  const served = ['2024-01-10', '2024-02-10'].map((day, n) => {
    const serviceId = `5e000000-0000-4000-8000-00000000000${n}`;
    const data = { serviceId, amountMinor: 8_200, currency: 'EUR' };
    return log.record(stream, 'ClientServiced', data, { at: `${day}T09:00:00.000Z` });
  });
  const tagged = log.record(stream, 'TagAdded', { tag: 'vip' }, { at: '2024-02-11T09:00:00.000Z' });
  const [life] = rowsOf(log.events) as [SegmentClientRow];
  const why = (rule: Rule, at: string) => reasonsAt(rule, life, at, ruleContext('UTC'));
  const ids = (events: readonly { id: string }[]) => events.map(({ id }) => id);

  it('is what each fact was worth, and the events that made it so', () => {
    expect(why(regular, '2024-03-01T00:00:00.000Z')).toEqual({
      ...{ holds: true, words: ruleInWords(regular), value: 2, eventIds: ids(served) },
    });
    expect(why(regular, '2024-01-20T00:00:00.000Z')).toMatchObject({
      ...{ holds: false, value: 1, eventIds: ids(served.slice(0, 1)) },
    });
    expect(why(spent, '2024-03-01T00:00:00.000Z')).toMatchObject({
      ...{ holds: true, value: 16_400, eventIds: ids(served) },
    });
  });

  it('counts time from the event that set its clock going', () => {
    expect(why(inactive, '2024-03-27T08:59:59.999Z')).toMatchObject({ holds: false, value: 45 });
    expect(why(inactive, '2024-03-27T09:00:00.000Z')).toMatchObject({
      ...{ holds: true, value: 46, eventIds: ids(served.slice(1)) },
    });
  });

  it('has the shape of the rule, and names the events of the parts that decide', () => {
    const vip: Rule = { fact: 'tags', op: 'in', value: ['vip'] };
    const both = why({ and: [regular, vip] }, '2024-02-12T00:00:00.000Z');
    expect(both).toMatchObject({ holds: true, eventIds: [...ids(served), tagged.id] });
    expect(both.parts).toHaveLength(2);
    const before = why({ and: [{ fact: 'services', op: 'gte', value: 1 }, vip] }, '2024-01-20T00:00:00.000Z');
    expect(before).toMatchObject({ holds: false, eventIds: [] });
    expect(before.parts?.map(({ holds }) => holds)).toEqual([true, false]);
    const neither = why({ not: { or: [inactive, vip] } }, '2024-01-20T00:00:00.000Z');
    expect(neither).toMatchObject({ holds: true, parts: [{ holds: false }] });
  });

  it('is none before there was a client', () => {
    expect(why(regular, '2023-12-31T00:00:00.000Z')).toEqual({
      ...{ holds: false, words: ruleInWords(regular), eventIds: [] },
    });
    expect(
      why({ fact: 'convertedOn', op: 'eq', value: '2024-01-01' }, '2024-01-01T09:00:00.000Z'),
    ).toMatchObject({ holds: true, eventIds: [converted.id] });
  });
});
