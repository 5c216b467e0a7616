import { isUtf8 } from 'node:buffer';

/** A line with something in it, counted from 1; or what is wrong with it before anyone reads it. */
export type Line =
  { readonly number: number; readonly text: string } | { readonly number: number; readonly fault: string };

export const LONGEST_LINE = 1_048_576;

/**
 * Cuts bytes into lines, in memory bounded by the longest line allowed. Lines end in LF or CRLF, the last one may end
 * with the file; empty ones are passed over (but counted), and so is a byte order mark.
 * @returns the lines that each chunk completes, together: a promise for every line would cost more than the line
 */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Line[]> {
  const cutter = new LineCutter();
  for await (const chunk of chunks) yield cutter.cut(chunk);
  yield cutter.end();
}

class LineCutter {
  private number = 1;
  private begun: Buffer[] = [];
  private begunLength = 0;

  cut(chunk: Buffer): Line[] {
    const lines: Line[] = [];
    let from = 0;
    for (let newline = chunk.indexOf(LF); newline !== -1; newline = chunk.indexOf(LF, from)) {
      this.keep(chunk.subarray(from, newline));
      this.finish(lines);
      from = newline + 1;
    }
    this.keep(chunk.subarray(from));
    return lines;
  }

  end(): Line[] {
    const lines: Line[] = [];
    this.finish(lines);
    return lines;
  }

  /** What is past the longest line allowed is counted and dropped. */
  private keep(part: Buffer): void {
    if (part.length === 0) return;
    this.begunLength += part.length;
    if (this.begunLength <= LONGEST_LINE) this.begun.push(part);
    else this.begun = [];
  }

  private finish(lines: Line[]): void {
    const number = this.number++;
    const tooLong = this.begunLength > LONGEST_LINE;
    let bytes = this.begun.length === 1 ? (this.begun[0] as Buffer) : Buffer.concat(this.begun);
    this.begun = [];
    this.begunLength = 0;
    if (tooLong) return void lines.push({ number, fault: `longer than ${LONGEST_LINE} bytes` });
    if (number === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) bytes = bytes.subarray(3);
    if (!isUtf8(bytes)) return void lines.push({ number, fault: 'not valid UTF-8' });
    const text = bytes.toString();
    if (/\S/.test(text)) lines.push({ number, text });
  }
}

const LF = 0x0a;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
