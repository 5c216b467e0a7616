import { setImmediate } from 'node:timers/promises';
import type { TableWrites } from './fold-batch.js';
import type { AnyTable, Row } from './projection.js';

/** What becomes of some rows of the large table of a cross. */
export interface CrossedPage {
  readonly writes: readonly TableWrites[];
  /** key of the last of the rows; null if none comes after them */
  readonly last: string | null;
}

/**
 * Works ahead of the transactions that fill a cross: while one chunk is written, the next is crossed and the one after it read,
 * so that neither PostgreSQL nor this thread waits for the other. Good as long as the rows do not change: whoever changes
 * some begins with another one.
 */
export class FillLookahead {
  private read: { readonly after: string | null; readonly rows: Promise<Row[]> } | undefined;
  private crossed: { readonly after: string; readonly page: Promise<CrossedPage> } | undefined;

  /**
   * @param most how many rows a page has unless it is the last
   * @param rowsAfter reads a page, from the beginning or after a key
   * @param cross what becomes of rows
   */
  constructor(
    private readonly large: AnyTable,
    private readonly most: number,
    private readonly rowsAfter: (cursor: string | null) => Promise<Row[]>,
    private readonly cross: (rows: readonly Row[]) => readonly TableWrites[],
  ) {}

  /** @returns the page that comes after a key, worked out already or not; what fails is tried anew when it is asked for again */
  async pageAfter(cursor: string | null): Promise<CrossedPage> {
    const { crossed } = this;
    this.crossed = undefined;
    const page = await (crossed && crossed.after === cursor ? crossed.page : this.work(cursor));
    if (page.last !== null) this.workAhead(page.last);
    return page;
  }

  private workAhead(after: string): void {
    const page = this.work(after);
    this.crossed = { after, page };
    // Who asks for it is told; perhaps nobody does.
    page.catch(() => undefined);
  }

  private async work(cursor: string | null): Promise<CrossedPage> {
    const rows = await this.rowsAt(cursor);
    const last = rows.length < this.most ? null : (rows.at(-1)?.[this.large.key[0] as string] as string);
    if (last !== null) this.readAhead(last);
    // Crossing holds the thread: first the chunk before it is sent to be written, and the next to be read.
    await setImmediate();
    return { writes: this.cross(rows), last };
  }

  private rowsAt(cursor: string | null): Promise<Row[]> {
    const { read } = this;
    this.read = undefined;
    return read && read.after === cursor ? read.rows : this.rowsAfter(cursor);
  }

  private readAhead(after: string): void {
    const rows = this.rowsAfter(after);
    this.read = { after, rows };
    rows.catch(() => undefined);
  }
}
