import type { Instant } from '../../../src/schema/instant.js';
import type { LapseRule, TieRule } from '../lapse-rule.js';
import type { LifeColumns } from './life-columns.js';

/** Which facts count. */
export interface Counted {
  /** business time, exclusive */
  readonly asOf: Instant;
  /** record time, exclusive; null for all that is on record */
  readonly knownAt: Instant | null;
}

const DAY = 86_400_000;

/**
 * What counts of one client after the other, by the rules of `heldFacts`, read off the columns: one object moves through all
 * of them, so that nothing is made for each of a million. Instants are ms since 1970, texts are codes of the columns.
 */
export class CountedLife {
  /** when it converted; may lie at or after asOf */
  converted = 0;
  source = 0;
  trade = 0;
  clientType = 0;
  /** how many services count; of them, in the order in which they happened, the arrays below hold so many */
  services = 0;
  readonly at: number[] = [];
  readonly amountMinor: number[] = [];
  /** 0 without an amount */
  readonly currency: number[] = [];
  /** of the first of them; 0 if there is none */
  serviceType = 0;
  technician = 0;
  private client = -1;
  private readonly asOf: number;
  private readonly known: number;
  private readonly held;
  private readonly served;
  private readonly lapses;
  private readonly returns;

  constructor(
    private readonly columns: LifeColumns,
    { asOf, knownAt }: Counted,
  ) {
    this.asOf = Date.parse(asOf);
    this.known = knownAt === null ? Infinity : Date.parse(knownAt);
    this.held = columns.held.columns;
    this.served = columns.services.columns;
    this.lapses = columns.lapses.columns;
    this.returns = columns.returns.columns;
  }

  /** @returns whether the one of this number is a client; if not, what the fields hold means nothing */
  moveTo(client: number): boolean {
    const { starts, lengths } = this.columns.held;
    const first = starts[client] as number;
    for (let row = first; row < first + (lengths[client] as number); row++) {
      if (!this.stood(this.held.recorded[row] as number, this.held.superseded[row] as number)) continue;
      this.client = client;
      this.converted = this.held.converted[row] as number;
      this.source = this.held.source[row] as number;
      this.trade = this.held.trade[row] as number;
      this.clientType = this.held.clientType[row] as number;
      this.readServices(this.held.countsFrom[row] as number);
      return true;
    }
    return false;
  }

  /**
   * Tells the changes of whether it is active: from its first service to a lapse, again from its return, and never while it is
   * closed. Those before an instant add up to 1 if it is active then, or 0; they come in no order.
   */
  activity({ windowDays, tieRule = 'ge' }: LapseRule, change: (at: number, delta: 1 | -1) => void): void {
    if (this.services === 0) return;
    const closed = this.columns.closures.lengths[this.client] === 0 ? [] : this.closures();
    const turns: { readonly at: number; readonly delta: 1 | -1 }[] = [];
    const turn = closed.length === 0 ? change : (at: number, delta: 1 | -1) => void turns.push({ at, delta });
    turn(this.at[0] as number, 1);
    if (windowDays === undefined) this.lapsesOnRecord(tieRule, turn);
    else this.lapsesBy(windowDays * DAY, tieRule, turn);
    if (closed.length === 0) return;
    turns.sort((a, b) => a.at - b.at || a.delta - b.delta);
    turns.forEach(({ at, delta }, n) => {
      change(at, delta);
      if (delta < 0) return;
      const until = turns[n + 1]?.at ?? Infinity;
      for (const shut of closed) {
        const [from, to] = [Math.max(at, shut.at), Math.min(until, shut.reopened)];
        if (from >= to) continue;
        change(from, -1);
        if (to < Infinity) change(to, 1);
      }
    });
  }

  private stood(recorded: number, withdrawn: number): boolean {
    return recorded < this.known && !(withdrawn < this.known);
  }

  private readServices(countsFrom: number): void {
    const { starts, lengths } = this.columns.services;
    const { at, position, recorded, withdrawn, amountMinor, currency } = this.served;
    const first = starts[this.client] as number;
    const end = first + (lengths[this.client] as number);
    let services = 0;
    this.serviceType = 0;
    this.technician = 0;
    for (let row = first; row < end && (at[row] as number) < this.asOf; row++) {
      if ((position[row] as number) < countsFrom) continue;
      if (!this.stood(recorded[row] as number, withdrawn[row] as number)) continue;
      if (services === 0) {
        this.serviceType = this.served.serviceType[row] as number;
        this.technician = this.served.technician[row] as number;
      }
      this.at[services] = at[row] as number;
      this.amountMinor[services] = amountMinor[row] as number;
      this.currency[services] = currency[row] as number;
      services++;
    }
    this.services = services;
  }

  private lapsesOnRecord(tie: TieRule, turn: (at: number, delta: 1 | -1) => void): void {
    const { lapses, returns } = this.columns;
    const inTime: number[] = [];
    const { at: back, lapseAt, lapseRecorded, lapseWithdrawn } = this.returns;
    this.eachStanding(returns, this.returns, (row) => {
      if (!this.stood(lapseRecorded[row] as number, lapseWithdrawn[row] as number)) return;
      if (tie === 'gt' && back[row] === lapseAt[row]) inTime.push(lapseAt[row] as number);
      else turn(back[row] as number, 1);
    });
    this.eachStanding(lapses, this.lapses, (row) => {
      if (!inTime.includes(this.lapses.at[row] as number)) turn(this.lapses.at[row] as number, -1);
    });
  }

  private eachStanding(
    { starts, lengths }: { readonly starts: Int32Array; readonly lengths: Int32Array },
    { at, recorded, withdrawn }: Record<'at' | 'recorded' | 'withdrawn', Float64Array>,
    take: (row: number) => void,
  ): void {
    const first = starts[this.client] as number;
    for (let row = first; row < first + (lengths[this.client] as number); row++)
      if ((at[row] as number) < this.asOf && this.stood(recorded[row] as number, withdrawn[row] as number))
        take(row);
  }

  private lapsesBy(window: number, tie: TieRule, turn: (at: number, delta: 1 | -1) => void): void {
    for (let n = 0; n < this.services; n++) {
      const lapses = (this.at[n] as number) + window;
      const next = n + 1 < this.services ? (this.at[n + 1] as number) : null;
      if (lapses >= this.asOf) return;
      if (next !== null && (tie === 'ge' ? next < lapses : next <= lapses)) continue;
      turn(lapses, -1);
      if (next !== null) turn(next, 1);
    }
  }

  /** From when to when it was closed, in order and apart; told late, one exit can lie within another, and they are one then. */
  private closures(): { at: number; reopened: number }[] {
    const { starts, lengths, columns } = this.columns.closures;
    const first = starts[this.client] as number;
    const said = Array.from({ length: lengths[this.client] as number }, (_, n) => first + n)
      .filter(
        (row) => (columns.at[row] as number) < this.asOf && (columns.recorded[row] as number) < this.known,
      )
      .map((row) => ({ at: columns.at[row] as number, reopened: columns.reopened[row] === 1 }));
    const exits = said
      .map(({ at, reopened }, n) => ({ at, reopened: said[n + 1]?.at ?? Infinity, isExit: !reopened }))
      .filter(({ isExit }) => isExit)
      .sort((a, b) => a.at - b.at);
    const apart: { at: number; reopened: number }[] = [];
    for (const { at, reopened } of exits) {
      const last = apart.at(-1);
      if (last === undefined || at > last.reopened) apart.push({ at, reopened });
      else last.reopened = Math.max(last.reopened, reopened);
    }
    return apart;
  }
}
