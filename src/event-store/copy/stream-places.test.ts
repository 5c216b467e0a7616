import { SourceIncomplete } from './copy-errors.js';
import type { RawEvent } from './raw-event.js';
import { StreamPlaces } from './stream-places.js';

const event = (stream: string, revision: number): RawEvent => ({
  id: '6f1c2d2e-1111-4222-8333-444455556666',
  stream,
  revision,
  position: 0n,
  type: 'Counted',
  contentType: 'application/json',
  data: new Uint8Array(),
  metadata: new Uint8Array(),
});

test('every stream is counted by itself', () => {
  const places = new StreamPlaces();
  expect(places.take(event('a', 0))).toBe(-1);
  expect(places.take(event('b', 0))).toBe(-1);
  expect(places.take(event('a', 1))).toBe(0);
  expect(places.knows('a')).toBe(true);
  expect(places.knows('c')).toBe(false);
});

test('a gap that scavenging left in a stream is refused by name, as a copy would renumber what follows', () => {
  const places = new StreamPlaces();
  expect(() => places.take(event('client-1', 3))).toThrow(SourceIncomplete);
  expect(() => places.take(event('client-1', 3))).toThrow(/client-1 .* no revision 0, only 3/);
  places.take(event('client-2', 0));
  expect(() => places.take(event('client-2', 2))).toThrow(/client-2 .* no revision 1/);
});

test('of a metadata stream only the last event counts, so its earlier ones may be gone', () => {
  const places = new StreamPlaces();
  expect(places.take(event('$$client-1', 7))).toBe(-1);
  expect(places.take(event('$$client-1', 9))).toBe(0);
  expect(places.knows('client-1')).toBe(true);
});

test('a tombstone may stand where the events before it were scavenged', () => {
  expect(new StreamPlaces().take(event('client-1', 2 ** 63))).toBe(-1);
});
