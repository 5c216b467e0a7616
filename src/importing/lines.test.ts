import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { linesOf, LONGEST_LINE, type Line } from './lines.js';
import { DamagedGzip, TruncatedGzip, unzipIfZipped } from './unzip.js';

/** The lines of bytes that come in pieces of the given size. */
async function linesIn(bytes: Buffer | string, piece = 65_536, seen: Line[] = []): Promise<Line[]> {
  const whole = Buffer.from(bytes);
  async function* pieces() {
    for (let from = 0; from < whole.length; from += piece) {
      yield whole.subarray(from, from + piece);
      await Promise.resolve();
    }
  }
  for await (const lines of linesOf(unzipIfZipped(pieces()))) seen.push(...lines);
  return seen;
}

const numbered = (...texts: string[]) => texts.map((text, index) => ({ number: index + 1, text }));

describe('the lines of a file', () => {
  it('end in LF, in CRLF or with the file', async () => {
    expect(await linesIn('one\ntwo\r\nthree')).toEqual([
      { number: 1, text: 'one' },
      { number: 2, text: 'two\r' },
      { number: 3, text: 'three' },
    ]);
    expect(await linesIn('one\n')).toEqual(numbered('one'));
    expect(await linesIn('')).toEqual([]);
  });

  it('are counted also where they are empty, and then passed over', async () => {
    expect(await linesIn('\n \r\n\tthree\n\n')).toEqual([{ number: 3, text: '\tthree' }]);
  });

  it('begin after a byte order mark', async () => {
    expect(await linesIn('\ufeffone\n\ufefftwo', 2)).toEqual(numbered('one', '\ufefftwo'));
  });

  it('are cut alike however the bytes arrive', async () => {
    const bytes = fc
      .string({ unit: fc.constantFrom('a', '\n', '\r', 'é', '😀', ' ') })
      .map((s) => Buffer.from(s));
    await fc.assert(
      fc.asyncProperty(bytes, fc.integer({ min: 1, max: 7 }), async (content, piece) => {
        expect(await linesIn(content, piece)).toEqual(await linesIn(content));
      }),
    );
  });

  it('are refused one by one where they are not UTF-8', async () => {
    const bytes = Buffer.concat([Buffer.from('one\ntw'), Buffer.from([0xff]), Buffer.from('\nthree')]);
    expect(await linesIn(bytes)).toEqual([
      { number: 1, text: 'one' },
      { number: 2, fault: 'not valid UTF-8' },
      { number: 3, text: 'three' },
    ]);
  });

  it('are refused where they are too long, to the byte', async () => {
    const longest = 'x'.repeat(LONGEST_LINE);
    expect(await linesIn(`${longest}\n${longest}x\nthree\n${longest}${longest}`)).toEqual([
      { number: 1, text: longest },
      { number: 2, fault: 'longer than 1048576 bytes' },
      { number: 3, text: 'three' },
      { number: 4, fault: 'longer than 1048576 bytes' },
    ]);
  });
});

describe('a gzipped file', () => {
  it('is told by its first bytes, even if they come one by one', async () => {
    const zipped = gzipSync('one\ntwo');
    expect(await linesIn(zipped)).toEqual(numbered('one', 'two'));
    expect(await linesIn(zipped, 1)).toEqual(numbered('one', 'two'));
  });

  it('may have several members', async () => {
    expect(await linesIn(Buffer.concat([gzipSync('one\nt'), gzipSync('wo\n')]))).toEqual(
      numbered('one', 'two'),
    );
  });

  it('is said to be incomplete when it was cut off, after the lines that are there', async () => {
    const text = Array.from({ length: 20_000 }, (_, i) => `${i} ${Math.sin(i)}`).join('\n');
    const zipped = gzipSync(text);
    const seen: Line[] = [];
    await expect(linesIn(zipped.subarray(0, zipped.length / 2), 4_096, seen)).rejects.toThrow(TruncatedGzip);
    expect(seen.length).toBeGreaterThan(1_000);
    await expect(linesIn(zipped.subarray(0, zipped.length - 1))).rejects.toThrow(TruncatedGzip);
  });

  it('is said to be damaged when its bytes are not what was packed', async () => {
    const zipped = gzipSync('one\ntwo\nthree');
    zipped[12] = (zipped[12] ?? 0) ^ 0xff;
    await expect(linesIn(zipped)).rejects.toThrow(DamagedGzip);
    await expect(linesIn(Buffer.concat([gzipSync('one\n'), Buffer.from('rubbish')]))).rejects.toThrow(
      DamagedGzip,
    );
  });
});
