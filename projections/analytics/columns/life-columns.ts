import { Injectable } from '@nestjs/common';
import { COHORT_RETENTION } from '../facts/projection-name.js';
import type { Sql } from '../sql.js';
import type { BinaryRow } from './binary-rows.js';
import { ClientRuns } from './client-runs.js';
import { LIFE_COLUMNS, TOUCHED } from './life-columns.sql.js';
import { SnapshotReader } from './snapshot-reader.js';

/** The rows that a question reads are of an earlier state than the columns are by now: it is to be asked anew. */
export class StateOutrun extends Error {
  constructor() {
    super('the state that is read was left behind meanwhile');
  }
}

/** Beyond so many clients with something new, all are read anew. */
const MANY = 50_000;

/**
 * What retention is counted from, of all clients, in memory: a question that concerns every service there ever was reads them as
 * numbers that lie side by side, at some 25 nanoseconds each, where rows of a table take a microsecond or more. Read from the facts when
 * first asked for, and from then on kept up with them at every question: those clients are read again of whom something was
 * recorded since. A service takes 52 bytes, a client 300.
 *
 * What counts is for whom reads: everything that was ever recorded is here, with the instants at which it was recorded and
 * withdrawn, in ms since 1970; Infinity for what was not withdrawn.
 */
@Injectable()
export class LifeColumns {
  /** what was held of a client in turn; texts are codes (see `codeOf`) */
  readonly held = new ClientRuns({
    ...{
      recorded: Float64Array,
      superseded: Float64Array,
      converted: Float64Array,
      countsFrom: Float64Array,
    },
    ...{ source: Int32Array, trade: Int32Array, clientType: Int32Array },
  });
  /** in the order in which they happened; without an amount, `currency` is 0 */
  readonly services = new ClientRuns({
    ...{ at: Float64Array, position: Float64Array, recorded: Float64Array, withdrawn: Float64Array },
    ...{ amountMinor: Float64Array, currency: Int32Array, serviceType: Int32Array, technician: Int32Array },
  });
  readonly lapses = new ClientRuns({ at: Float64Array, recorded: Float64Array, withdrawn: Float64Array });
  /** each return with the lapse that it ends */
  readonly returns = new ClientRuns({
    ...{ at: Float64Array, recorded: Float64Array, withdrawn: Float64Array },
    ...{ lapseAt: Float64Array, lapseRecorded: Float64Array, lapseWithdrawn: Float64Array },
  });
  /** exits and returns from them, in the order of the record; `reopened` is 1 or 0 */
  readonly closures = new ClientRuns({ at: Float64Array, recorded: Float64Array, reopened: Int32Array });
  /** of all services and conversions, the earliest instant there ever was; Infinity if there is none */
  oldest = Infinity;

  private readonly runs = [this.held, this.services, this.lapses, this.returns, this.closures];
  private readonly numbers = new Map<string, number>();
  private readonly codes = new Map<string, number>();
  private readonly texts: (string | null)[] = [null];
  /** which tables it was read from, and the position of the last event that is in, -1 if none is; null when nothing is read */
  private state: { readonly build: string | undefined; readonly position: number } | null = null;
  private turn: Promise<unknown> = Promise.resolve();

  /** how many clients there are: their numbers are those below */
  get clients(): number {
    return this.numbers.size;
  }

  /** @param id 32 hexadecimal digits. @returns the number of the client; undefined of one of whom nothing is recorded */
  numberOf(id: string): number | undefined {
    return this.numbers.get(id);
  }

  /** @returns what stands for a text in a column, where 0 stands for none; -1 for a text that is in no column */
  codeOf(text: string): number {
    return this.codes.get(text) ?? -1;
  }

  /** @returns the text that a code stands for, null for none */
  textOf(code: number): string | null {
    return this.texts[code] ?? null;
  }

  /**
   * Brings the columns up to the state that `sql` reads, and has them read; who asks meanwhile waits for its turn.
   * @throws StateOutrun if that state is an earlier one than somebody else was answered from
   */
  async read<Answer>(sql: Sql, reading: () => Promise<Answer>): Promise<Answer> {
    const mine = this.turn.then(async () => {
      await this.bringUpTo(sql);
      return reading();
    });
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async bringUpTo(sql: Sql): Promise<void> {
    const [served] = await sql.query<{ build: string; position: string | null }[]>(
      'SELECT build, position FROM projection.checkpoint WHERE name = $1 AND serving',
      [COHORT_RETENTION],
    );
    const state = { build: served?.build, position: Number(served?.position ?? -1) };
    // Of other tables nothing that was read before is of use.
    const last = this.state?.build === state.build ? this.state : null;
    if (last !== null && state.position < last.position) throw new StateOutrun();
    if (state.position === last?.position) return;
    await SnapshotReader.open(sql, async (reader) => {
      const touched = last === null ? null : await touchedSince(reader, last.position);
      // Until all is in, it is of no state; what breaks off is read anew by the next question.
      this.state = null;
      await this.load(reader, touched !== null && touched.length <= MANY ? touched : null);
    });
    for (const runs of this.runs) runs.tidy();
    this.state = state;
  }

  /** @param ids of the clients to read, null for all */
  private async load(reader: SnapshotReader, ids: readonly string[] | null): Promise<void> {
    if (ids !== null && ids.length === 0) return;
    // Ids are all that goes into the statement, and have just come out of a column of the type uuid.
    const which = ids === null ? 'TRUE' : `client_id = ANY('{${ids.join(',')}}'::uuid[])`;
    const all = ids === null ? [...this.numbers.values()] : ids.map((id) => this.number(id));
    const into = async <Runs extends { begin(client: number): void; add(client: number): number }>(
      runs: Runs,
      select: (which: string) => string,
      take: (row: BinaryRow, at: number) => void,
    ): Promise<void> => {
      for (const one of all) runs.begin(one);
      let id = '';
      let number = -1;
      await reader.rows(select(which), (row) => {
        const next = row.uuid(0);
        if (next !== id) {
          id = next;
          number = this.number(id);
          runs.begin(number);
        }
        take(row, runs.add(number));
      });
    };
    const { held, services, lapses, returns, closures } = this;
    await into(held, LIFE_COLUMNS.held, (row, at) => {
      held.columns.recorded[at] = row.instant(1);
      held.columns.superseded[at] = endOf(row, 2);
      held.columns.converted[at] = this.past(row.instant(3));
      held.columns.countsFrom[at] = row.bigint(4);
      held.columns.source[at] = this.code(row, 5);
      held.columns.trade[at] = this.code(row, 6);
      held.columns.clientType[at] = this.code(row, 7);
    });
    await into(services, LIFE_COLUMNS.services, (row, at) => {
      services.columns.at[at] = this.past(row.instant(1));
      services.columns.position[at] = row.bigint(2);
      services.columns.recorded[at] = row.instant(3);
      services.columns.withdrawn[at] = endOf(row, 4);
      services.columns.amountMinor[at] = row.isNull(5) ? 0 : row.bigint(5);
      services.columns.currency[at] = this.code(row, 6);
      services.columns.serviceType[at] = this.code(row, 7);
      services.columns.technician[at] = this.code(row, 8);
    });
    await into(lapses, LIFE_COLUMNS.lapses, (row, at) => {
      lapses.columns.at[at] = row.instant(1);
      lapses.columns.recorded[at] = row.instant(2);
      lapses.columns.withdrawn[at] = endOf(row, 3);
    });
    await into(returns, LIFE_COLUMNS.returns, (row, at) => {
      returns.columns.at[at] = row.instant(1);
      returns.columns.recorded[at] = row.instant(2);
      returns.columns.withdrawn[at] = endOf(row, 3);
      returns.columns.lapseAt[at] = row.instant(4);
      returns.columns.lapseRecorded[at] = row.instant(5);
      returns.columns.lapseWithdrawn[at] = endOf(row, 6);
    });
    await into(closures, LIFE_COLUMNS.closures, (row, at) => {
      closures.columns.at[at] = row.instant(1);
      closures.columns.recorded[at] = row.instant(2);
      closures.columns.reopened[at] = row.boolean(3) ? 1 : 0;
    });
  }

  private number(id: string): number {
    const known = this.numbers.get(id);
    if (known !== undefined) return known;
    const number = this.numbers.size;
    this.numbers.set(id, number);
    // Whoever has no rows in one of them has none there yet.
    for (const runs of this.runs) runs.begin(number);
    return number;
  }

  private past(at: number): number {
    if (at < this.oldest) this.oldest = at;
    return at;
  }

  private code(row: BinaryRow, field: number): number {
    if (row.isNull(field)) return 0;
    const text = row.text(field);
    const known = this.codes.get(text);
    if (known !== undefined) return known;
    this.codes.set(text, this.texts.length);
    return this.texts.push(text) - 1;
  }
}

async function touchedSince(reader: SnapshotReader, position: number): Promise<string[]> {
  const ids: string[] = [];
  await reader.rows(TOUCHED(position), (row) => ids.push(row.uuid(0)));
  return ids;
}

const endOf = (row: BinaryRow, field: number): number => (row.isNull(field) ? Infinity : row.instant(field));
