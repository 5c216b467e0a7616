import type { HeldQuestion } from '../held.js';
import type { LapseRule, TieRule } from '../lapse-rule.js';
import type { LifeColumns } from './life-columns.js';

/** Told of a change: 1 that it is active from then on, -1 that it is not. */
type Turn = (at: number, delta: 1 | -1) => void;

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
  /** how many services count */
  services = 0;
  /** of the first of them; 0 if there is none */
  serviceType = 0;
  technician = 0;
  /** of the services that count, in the order in which they happened: their rows in the columns */
  private rows = new Int32Array(64);
  private client = -1;
  private readonly asOf: number;
  private readonly known: number;
  private readonly held;
  private readonly served;
  private readonly lapses;
  private readonly returns;

  constructor(
    private readonly columns: LifeColumns,
    { asOf, knownAt }: Pick<HeldQuestion, 'asOf' | 'knownAt'>,
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
    const end = this.columns.held.end(client);
    for (let row = this.columns.held.starts[client] as number; row < end; row++) {
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
  activity({ windowDays, tieRule = 'ge' }: LapseRule, change: Turn): void {
    if (this.services === 0) return;
    const closed = this.columns.closures.lengths[this.client] === 0 ? [] : this.closures();
    const turns: { readonly at: number; readonly delta: 1 | -1 }[] = [];
    const turn = closed.length === 0 ? change : (at: number, delta: 1 | -1) => void turns.push({ at, delta });
    turn(this.at(0), 1);
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

  /** @param service 0 for the first, up to `services`, exclusive. @returns when it was */
  at(service: number): number {
    return this.served.at[this.rows[service] as number] as number;
  }

  amountMinor(service: number): number {
    return this.served.amountMinor[this.rows[service] as number] as number;
  }

  /** @returns the currency of the amount; 0 without one */
  currency(service: number): number {
    return this.served.currency[this.rows[service] as number] as number;
  }

  private stood(recorded: number, withdrawn: number): boolean {
    return recorded < this.known && !(withdrawn < this.known);
  }

  private readServices(countsFrom: number): void {
    const { at, position, recorded, withdrawn, serviceType, technician } = this.served;
    const first = this.columns.services.starts[this.client] as number;
    const end = this.columns.services.end(this.client);
    if (end - first > this.rows.length) this.rows = new Int32Array(2 * (end - first));
    let services = 0;
    for (let row = first; row < end && (at[row] as number) < this.asOf; row++)
      if (
        (position[row] as number) >= countsFrom &&
        this.stood(recorded[row] as number, withdrawn[row] as number)
      )
        this.rows[services++] = row;
    this.services = services;
    this.serviceType = services === 0 ? 0 : (serviceType[this.rows[0] as number] as number);
    this.technician = services === 0 ? 0 : (technician[this.rows[0] as number] as number);
  }

  private lapsesOnRecord(tie: TieRule, turn: Turn): void {
    const { lapses, returns } = this;
    const firstReturn = this.columns.returns.starts[this.client] as number;
    const lastReturn = this.columns.returns.end(this.client);
    const inTime: number[] = [];
    for (let row = firstReturn; row < lastReturn; row++) {
      const lapseAt = returns.lapseAt[row] as number;
      if (!this.counts(returns, row)) continue;
      if (!this.stood(returns.lapseRecorded[row] as number, returns.lapseWithdrawn[row] as number)) continue;
      if (tie === 'gt' && returns.at[row] === lapseAt) inTime.push(lapseAt);
      else turn(returns.at[row] as number, 1);
    }
    const firstLapse = this.columns.lapses.starts[this.client] as number;
    const lastLapse = this.columns.lapses.end(this.client);
    for (let row = firstLapse; row < lastLapse; row++) {
      const at = lapses.at[row] as number;
      if (this.counts(lapses, row) && !inTime.includes(at)) turn(at, -1);
    }
  }

  private counts(
    { at, recorded, withdrawn }: Record<'at' | 'recorded' | 'withdrawn', Float64Array>,
    row: number,
  ): boolean {
    return (at[row] as number) < this.asOf && this.stood(recorded[row] as number, withdrawn[row] as number);
  }

  private lapsesBy(window: number, tie: TieRule, turn: (at: number, delta: 1 | -1) => void): void {
    for (let n = 0; n < this.services; n++) {
      const lapses = this.at(n) + window;
      const next = n + 1 < this.services ? this.at(n + 1) : null;
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
