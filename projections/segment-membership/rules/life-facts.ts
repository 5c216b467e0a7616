import { stateIntervals, type StateInterval } from '../../../src/client/lifecycle/state-intervals.js';
import type { Instrument } from '../../../src/client/contact/contact.events.js';
import type { Instant } from '../../../src/schema/instant.js';
import type { LocalDay } from '../../local-day.js';
import type { ServiceMark } from '../../../src/client/lifecycle/lifecycle.marks.js';
import type { Answer, SegmentLife, ServiceDetail } from '../life/segment-life.js';
import type { FactValue } from './condition.js';
import type { RfmCuts } from './rfm-cuts.js';
import { stepAt, stepsOf, type LifeSpan, type Step, type Steps } from './steps.js';
import { tallied, type Counted, type Tally } from './tally.js';

/** What the facts of a life depend on beside it. */
export interface RuleContext {
  /** the day of an instant in the business's zone */
  readonly dayOf: (at: Instant) => LocalDay;
  /** the first instant of a day there */
  readonly startOfDay: (day: LocalDay) => Instant;
  /** every cut there was, by time */
  readonly rfmCuts: readonly RfmCuts[];
}

/** A fact that takes steps: what it is worth at any time, and which events made it so. */
export interface SteppedFact {
  readonly kind: 'stepped';
  readonly steps: Steps<FactValue>;
  readonly because: (at: number) => string[];
}

/** A fact that grows with time by whole days of 86,400 s, from what last set it back. */
export interface ElapsedFact {
  readonly kind: 'elapsed';
  /** when it was set to 0, by time */
  readonly resets: readonly { readonly at: number; readonly by: string }[];
  /** what it is worth before: 0, or that there is no such fact */
  readonly before: 0 | null;
}
export type FactOverTime = SteppedFact | ElapsedFact;

export const time = (at: Instant | null): number => (at === null ? Infinity : Date.parse(at));

/** The facts of one life over the whole of it, each found when a rule first asks for it and kept for the next. */
export class LifeFacts {
  private readonly parts = new Map<string, unknown>();
  private eventOf: Map<string, string> | undefined;
  /** null of a life that lasted no time */
  readonly span: LifeSpan | null;

  constructor(
    readonly life: SegmentLife,
    readonly context: RuleContext,
  ) {
    const { mergedInto } = life.lifecycle;
    const first = this.states[0];
    this.span = first
      ? {
          start: Date.parse(first.from),
          startedBy: this.event(first.begunBy),
          end: mergedInto ? Date.parse(mergedInto.at) : Infinity,
          endedBy: mergedInto ? this.event('merge') : null,
        }
      : null;
  }

  get states(): readonly StateInterval[] {
    return this.once('states', () => stateIntervals(this.life.lifecycle));
  }

  /** by time */
  get services(): readonly Counted<ServiceMark>[] {
    return this.once('services', () =>
      this.life.lifecycle.services.map((mark): Counted<ServiceMark> => {
        const by = this.event(mark.serviceId);
        return { from: Date.parse(mark.at), to: Infinity, by, endedBy: null, thing: mark };
      }),
    );
  }

  /** @returns what is known of a service beside its mark */
  detailOf({ serviceId }: ServiceMark): ServiceDetail {
    return this.life.services[serviceId] ?? {};
  }

  get visits(): readonly Counted<LocalDay>[] {
    return this.once('visits', () =>
      this.services.map((one) => ({ ...one, thing: this.context.dayOf(one.thing.at) })),
    );
  }

  amounts(currency: string): readonly Counted<number>[] {
    return this.services
      .filter(({ thing }) => thing.currency === currency)
      .map((one) => ({ ...one, thing: one.thing.amountMinor ?? 0 }));
  }

  /** What was answered on an instrument. Of several answers on one service the latest counts. By time. */
  answers(instrument: Instrument): readonly Counted<number>[] {
    return this.once(`answers/${instrument}`, () => {
      const onTheSpot = this.services.flatMap(({ thing, by }): Answer[] => {
        const { stars } = this.detailOf(thing);
        const { at, serviceId } = thing;
        return stars === undefined ? [] : [{ instrument: 'stars', score: stars, at, by, serviceId }];
      });
      const all = [...onTheSpot, ...Object.values(this.life.answers)]
        .filter((one) => one.instrument === instrument)
        .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
      return all.map(({ at, by, score, serviceId }, index): Counted<number> => {
        const later =
          serviceId === undefined
            ? undefined
            : all.slice(index + 1).find((one) => one.serviceId === serviceId);
        return {
          from: Date.parse(at),
          to: time(later?.at ?? null),
          by,
          endedBy: later?.by ?? null,
          thing: score,
        };
      });
    });
  }

  stepped(
    initial: FactValue,
    changes: Iterable<Step<FactValue>>,
    because?: SteppedFact['because'],
  ): SteppedFact {
    const steps = stepsOf(this.span as LifeSpan, initial, changes);
    const last = (at: number): string[] => {
      const { by } = stepAt(steps, at);
      return by === null ? [] : [by];
    };
    return { kind: 'stepped', steps, because: because ?? last };
  }

  tally<Thing>(things: readonly Counted<Thing>[], tally: Tally<Thing, FactValue>): SteppedFact {
    const initial = tally.value();
    const because = (at: number) =>
      things.filter(({ from, to }) => from <= at && at < to).map(({ by }) => by);
    return this.stepped(initial, tallied(things, tally), because);
  }

  /** @throws Error if no event stands for it: what the row holds then is not what was recorded */
  event(cause: string): string {
    this.eventOf ??= new Map(this.life.evidence);
    const event = this.eventOf.get(cause);
    if (event === undefined) throw new Error(`no event stands for ${cause}`);
    return event;
  }

  /** What is found of a life once, for all facts and rules that follow from it. */
  once<Part>(name: string, make: () => Part): Part {
    if (!this.parts.has(name)) this.parts.set(name, make());
    return this.parts.get(name) as Part;
  }
}
