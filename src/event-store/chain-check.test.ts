import { describe, expect, it } from '@jest/globals';
import type { JSONEventData } from '@eventstore/db-client';
import { ChainCheck, type ChainReport, type StoredEvent } from './chain-check.js';
import { Codec } from './codec.js';
import { defineEvent } from './event-definition.js';

class Counting {
  n!: number;
}
const codec = new Codec({
  Counted: defineEvent({ type: 'Counted', version: 1, meaning: 'one more', data: Counting }),
});
const context = {
  commandId: '6f1c2d2e-1111-4222-8333-444455556666',
  correlationId: 'c',
  causationId: 'c',
  fingerprint: 'f',
  actor: { id: 'Zoë', role: 'staff' },
  source: 'api' as const,
};

/** The events of a stream as the codec writes them, in the bytes that the client sends. */
function recorded(stream: string, count: number): StoredEvent[] {
  const events = Array.from({ length: count }, (_, n) => ({
    type: 'Counted' as const,
    data: { n },
    occurredAt: '2024-01-02T09:00:00.000Z',
  }));
  const stored = codec.encode(stream, events, context, { revision: -1, hash: undefined });
  return stored.map((event, revision) => asStored(stream, revision, event));
}

const bytes = (value: unknown) => Buffer.from(JSON.stringify(value));
const asStored = (
  stream: string,
  revision: number,
  { id, type, data, metadata }: JSONEventData,
): StoredEvent => ({
  stream,
  revision,
  id: id ?? '',
  type,
  data: bytes(data),
  metadata: bytes(metadata),
});

function check(events: StoredEvent[]): ChainReport {
  const chains = new ChainCheck();
  for (const event of events) chains.take(event);
  return chains.report();
}

const breakOf = (events: StoredEvent[]) => check(events).breaks[0];

describe('the chain of a stream', () => {
  it('holds as the codec wrote it, many streams at once', () => {
    const [one, two] = [recorded('jar-1', 3), recorded('jar-2', 2)];
    const mixed = [one[0], two[0], one[1], one[2], two[1]] as StoredEvent[];
    expect(check(mixed)).toEqual({ streams: 2, events: 5, unchained: [], breaks: [] });
  });

  it.each([
    ['data', { data: bytes({ n: 7 }) }],
    ['type', { type: 'Uncounted' }],
    ['id', { id: '6f1c2d2e-1111-4222-8333-444455556667' }],
    ['metadata', { metadata: bytes({}) }],
    ['form', { data: Buffer.from('{broken') }],
  ])('breaks where the %s of an event was changed, and says where', (_, change) => {
    const events = recorded('jar-1', 4);
    events[2] = { ...(events[2] as StoredEvent), ...change };
    expect(breakOf(events)).toMatchObject({ stream: 'jar-1', revision: 2 });
  });

  it('breaks behind an event that was changed and given a fitting hash', () => {
    const events = recorded('jar-1', 4);
    const other = codec.encode(
      'jar-1',
      [{ type: 'Counted', data: { n: 99 }, occurredAt: '2024-01-02T09:00:00.000Z' }],
      context,
      { revision: 1, hash: (JSON.parse(events[1]?.metadata.toString() ?? '') as { hash: string }).hash },
    );
    events[2] = asStored('jar-1', 2, other[0] as JSONEventData);
    expect(breakOf(events)).toEqual({
      stream: 'jar-1',
      revision: 3,
      reason: 'it does not follow revision 2',
    });
  });

  it('breaks where an event was dropped, whether or not the rest was numbered anew', () => {
    const [first, , third] = recorded('jar-1', 3) as [StoredEvent, StoredEvent, StoredEvent];
    expect(breakOf([first, third])).toEqual({
      stream: 'jar-1',
      revision: 2,
      reason: 'revision 1 is missing',
    });
    expect(breakOf([first, { ...third, revision: 1 }])).toMatchObject({ revision: 1 });
    expect(breakOf([{ ...third, revision: 0 }])).toMatchObject({
      reason: 'it names an event before the first',
    });
  });

  it('breaks where two events changed places, or one moved to another stream', () => {
    const [first, second, third] = recorded('jar-1', 3) as [StoredEvent, StoredEvent, StoredEvent];
    expect(breakOf([first, { ...third, revision: 1 }, { ...second, revision: 2 }])).toMatchObject({
      revision: 1,
    });
    expect(breakOf([{ ...first, stream: 'jar-2' }])).toMatchObject({ stream: 'jar-2', revision: 0 });
  });

  it('is told of once, at its first break, and the other streams are followed on', () => {
    const broken = recorded('jar-1', 5).map((event, n) =>
      n < 2 ? event : { ...event, data: bytes({ n: -1 }) },
    );
    const report = check([...broken, ...recorded('jar-2', 2)]);
    expect(report.breaks.map(({ stream, revision }) => [stream, revision])).toEqual([['jar-1', 2]]);
    expect(report).toMatchObject({ streams: 2, events: 5 });
  });

  it('is not asked of a stream that somebody else writes, which is named', () => {
    const foreign = {
      ...(recorded('jar-1', 1)[0] as StoredEvent),
      stream: 'elsewhere',
      metadata: Buffer.alloc(0),
    };
    expect(check([foreign, { ...foreign, revision: 1 }])).toEqual({
      streams: 0,
      events: 0,
      unchained: ['elsewhere'],
      breaks: [],
    });
  });
});
