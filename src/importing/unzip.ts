import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** The compressed data stop short: the file was cut off, most often while it was copied. */
export class TruncatedGzip extends Error {
  constructor() {
    super('the compressed data end too early: the file is not complete');
    this.name = 'TruncatedGzip';
  }
}

/** The compressed data are damaged: what they hold cannot be trusted. */
export class DamagedGzip extends Error {
  constructor(cause: Error) {
    super(`the compressed data are damaged (${cause.message})`, { cause });
    this.name = 'DamagedGzip';
  }
}

/**
 * Unpacks what is gzipped (one member or several) and hands on what is not. The first bytes tell, not a file name.
 * @throws TruncatedGzip, DamagedGzip, after everything that could be unpacked
 */
export async function* unzipIfZipped(input: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const chunks = input[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = joined(head, chunks);
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* whole;
    return;
  }
  const gunzip = createGunzip();
  // Its errors come out of the loop below.
  pipeline(Readable.from(whole), gunzip, () => undefined);
  try {
    yield* gunzip as AsyncIterable<Buffer>;
  } catch (error) {
    const code = (error as { code?: unknown }).code;
    if (code === 'Z_BUF_ERROR') throw new TruncatedGzip();
    if (code === 'Z_DATA_ERROR') throw new DamagedGzip(error as Error);
    throw error;
  }
}

async function* joined(head: Buffer, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
