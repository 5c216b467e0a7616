import { MAX_INT64 } from '../log/int64.js';
import { randomUuid } from '../log/uuid.js';
import type { ExpectedVersion, StreamHead } from './expected-version.js';
import { GroupPlan } from './group-plan.js';
import { RecentEvents } from './recent-events.js';
import type { WriteRequest } from './write-request.js';

const event = (data = '{}', type = 'happened') => ({
  id: randomUuid(),
  type,
  isJson: true,
  data: Buffer.from(data),
  metadata: Buffer.alloc(0),
});
const append = (stream: string, expected: ExpectedVersion, events = [event()]): WriteRequest => ({
  kind: 'append',
  stream,
  expected,
  events,
});
const plan = (heads: Record<string, Partial<StreamHead>> = {}) =>
  new GroupPlan(
    new Map(
      Object.entries(heads).map(([stream, head]) => [
        stream,
        { revision: -1, softDeletion: undefined, hasMetadata: false, ...head },
      ]),
    ),
    new RecentEvents(),
    100,
    new Date(0),
  );
const written = ({ records }: GroupPlan) =>
  records.map((record) => [record.position, record.stream, record.revision, record.type]);

describe('a group of requests', () => {
  test('is decided in order, each request seeing those before it', () => {
    const group = plan({ orders: { revision: 4 } });
    expect(group.decide(append('orders', 4, [event(), event()]))).toEqual({
      kind: 'written',
      revision: 6,
      position: 101,
    });
    expect(group.decide(append('orders', 4))).toEqual({ kind: 'wrong-expected-version', current: 6 });
    expect(group.decide(append('orders', 6))).toEqual({ kind: 'written', revision: 7, position: 102 });
    expect(group.decide(append('new', 'no-stream'))).toEqual({ kind: 'written', revision: 0, position: 103 });
    expect(written(group)).toEqual([
      [100, 'orders', 5, 'happened'],
      [101, 'orders', 6, 'happened'],
      [102, 'orders', 7, 'happened'],
      [103, 'new', 0, 'happened'],
    ]);
  });

  test('that has a request twice writes it once', () => {
    const group = plan();
    const request = append('orders', 'no-stream', [event(), event()]);
    const first = group.decide(request);
    expect(group.decide(request)).toEqual(first);
    expect(group.records).toHaveLength(2);
  });

  test('ends a stream with a tombstone, and its metadata with it', () => {
    const group = plan({ orders: { revision: 2 } });
    const tombstone: WriteRequest = { kind: 'tombstone', stream: 'orders', expected: 2, events: [] };
    expect(group.decide(tombstone)).toEqual({ kind: 'written', revision: MAX_INT64, position: 100 });
    expect(group.decide(append('orders', 'any'))).toEqual({ kind: 'stream-deleted' });
    expect(group.decide(append('$$orders', 'any'))).toEqual({ kind: 'stream-deleted' });
    expect(written(group)).toEqual([[100, 'orders', MAX_INT64, '$streamDeleted']]);
  });

  test('shows a soft-deleted stream again from the first event appended to it', () => {
    const group = plan({ orders: { revision: 2 }, $$orders: { revision: 0 } });
    group.decide({ kind: 'soft-delete', stream: 'orders', expected: 'any', events: [] });
    expect(group.decide(append('orders', 'no-stream'))).toMatchObject({ kind: 'written', revision: 3 });
    expect(group.decide(append('orders', 3))).toMatchObject({ kind: 'written', revision: 4 });
    expect(written(group)).toEqual([
      [100, '$$orders', 1, '$metadata'],
      [101, '$$orders', 2, '$metadata'],
      [102, 'orders', 3, 'happened'],
      [103, 'orders', 4, 'happened'],
    ]);
    expect(group.records.map(({ data }) => data.toString())).toEqual([
      '{"$tb":9223372036854775807}',
      '{"$tb":3}',
      '{}',
      '{}',
    ]);
  });

  test('keeps what a writer says of a deleted stream when it shows it again', () => {
    const group = plan({ orders: { revision: 2 }, $$orders: { revision: -1 } });
    group.decide({ kind: 'soft-delete', stream: 'orders', expected: 'any', events: [] });
    group.decide(append('$$orders', 'any', [event('{"owner":"ops"}', '$metadata')]));
    expect(group.records.at(-1)?.data.toString()).toBe('{"owner":"ops","$tb":3}');
  });
});
