import { MAX_INT64 } from '../log/int64.js';
import { decideAppend, NO_REVISION, type ExpectedVersion, type StreamHead } from './expected-version.js';

const head = (revision: number, more: Partial<StreamHead> = {}): StreamHead => ({
  revision,
  softDeletion: undefined,
  hasMetadata: false,
  ...more,
});

/** `recorded`: at which revision each of the events stands already; undefined = nowhere. */
const decide = (
  expected: ExpectedVersion,
  stream: StreamHead,
  recorded: (number | undefined)[] = [undefined],
) =>
  decideAppend(expected, stream, recorded.length, (index) => {
    const revision = recorded[index];
    return revision === undefined ? undefined : { revision, position: revision * 10 };
  }).kind;

describe('deciding an append', () => {
  test.each<[ExpectedVersion, number, string]>([
    ['any', NO_REVISION, 'append'],
    ['any', 4, 'append'],
    ['no-stream', NO_REVISION, 'append'],
    ['no-stream', 0, 'wrong-expected-version'],
    ['stream-exists', NO_REVISION, 'wrong-expected-version'],
    ['stream-exists', 0, 'append'],
    [4, 4, 'append'],
    [3, 4, 'wrong-expected-version'],
    [5, 4, 'wrong-expected-version'],
    [0, NO_REVISION, 'wrong-expected-version'],
  ])('expecting %s of a stream at %d: %s', (expected, revision, kind) => {
    expect(decide(expected, head(revision))).toBe(kind);
  });

  test('a retry whose events all stand right behind the revision it expects is answered again', () => {
    expect(decideAppend(1, head(6), 2, (index) => ({ revision: 2 + index, position: 70 + index }))).toEqual({
      kind: 'already-appended',
      last: { revision: 3, position: 71 },
    });
    expect(decide('no-stream', head(1), [0, 1])).toBe('already-appended');
  });

  test('a retry of which only a part is there, or elsewhere, is a conflict', () => {
    expect(decide(1, head(6), [2, undefined])).toBe('wrong-expected-version');
    expect(decide(1, head(6), [3, 4])).toBe('wrong-expected-version');
    expect(decide(1, head(6), [])).toBe('wrong-expected-version');
    expect(decide('any', head(6), [2, undefined])).toBe('wrong-expected-version');
  });

  test('without an expected revision a retry is known by what is remembered', () => {
    expect(decide('any', head(6), [5, 6])).toBe('already-appended');
    expect(decide('stream-exists', head(6), [5, 6])).toBe('already-appended');
    expect(decide('any', head(6), [])).toBe('append');
  });

  test('a tombstone refuses everything', () => {
    for (const expected of ['any', 'no-stream', 'stream-exists', 3] as const) {
      expect(decide(expected, head(MAX_INT64))).toBe('stream-deleted');
    }
  });

  test('a soft-deleted stream may be begun anew, or continued at its revision', () => {
    const deleted = head(6, { softDeletion: { $tb: MAX_INT64 }, hasMetadata: true });
    expect(decide('no-stream', deleted)).toBe('append');
    expect(decide(6, deleted)).toBe('append');
    expect(decide('any', deleted)).toBe('append');
    expect(decide(5, deleted)).toBe('wrong-expected-version');
    expect(decide('stream-exists', deleted)).toBe('stream-deleted');
  });

  test('a stream that has metadata only exists', () => {
    expect(decide('stream-exists', head(NO_REVISION, { hasMetadata: true }))).toBe('append');
  });
});
