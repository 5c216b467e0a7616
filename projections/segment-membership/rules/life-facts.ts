import type { Instrument } from '../../../src/client/contact/contact.events.js';
import { instantAt, type Instant } from '../../../src/schema/instant.js';
import type { LocalDay } from '../../local-day.js';
import type { ServiceMark } from '../../../src/client/lifecycle/lifecycle.marks.js';
import type { Answer, SegmentLife, ServiceColumns, ServiceDetail } from '../life/segment-life.js';
import { recordedBy } from '../life/service-columns.js';
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
  /** what set it to 0, and when, by time */
  readonly resets: readonly Pick<Counted<unknown>, 'from' | 'by'>[];
  /** what it is worth before: 0, or that there is no such fact */
  readonly before: 0 | null;
}
export type FactOverTime = SteppedFact | ElapsedFact;

export const time = (at: Instant | null): number => (at === null ? Infinity : Date.parse(at));

/** The facts of one life over the whole of it, each found when a rule first asks for it and kept for the next. */
export class LifeFacts {
  private readonly parts = new Map<string, unknown>();
  /** null of a life that lasted no time */
  readonly span: LifeSpan | null;

  /** @param life of its parts, those that are looked at suffice */
  constructor(
    readonly life: SegmentLife,
    readonly context: RuleContext,
  ) {
    const span = this.part('span');
    this.span = span && {
      start: Date.parse(span.from),
      startedBy: span.begunBy,
      end: time(span.to),
      endedBy: span.endedBy,
    };
  }

  /** @throws Error if a rule looks at a part that it was not said to (`partsOf`), so that it was not read */
  part<Name extends keyof SegmentLife>(name: Name): SegmentLife[Name] {
    const part = this.life[name] as SegmentLife[Name] | undefined;
    if (part === undefined) throw new Error(`the rule looks at ${name}, which was not read`);
    return part;
  }

  /** by time */
  get services(): readonly Counted<null>[] {
    return this.once('services', () => this.servicesAs(() => null));
  }

  /** @returns what is found for each service of which there is something, by time */
  servicesAs<Thing>(find: (columns: ServiceColumns, index: number) => Thing | undefined): Counted<Thing>[] {
    const columns = this.part('services');
    const found: Counted<Thing>[] = [];
    columns.at.forEach((from, index) => {
      const thing = find(columns, index);
      if (thing !== undefined)
        found.push({ from, to: Infinity, by: recordedBy(columns, index), endedBy: null, thing });
    });
    return found;
  }

  get visits(): readonly Counted<LocalDay>[] {
    return this.once('visits', () =>
      this.servicesAs(({ at }, index) => this.context.dayOf(instantAt(at[index] as number))),
    );
  }

  amounts(currency: string): readonly Counted<number>[] {
    return this.once(`amounts/${currency}`, () =>
      this.servicesAs((columns, index) =>
        columns.currency[index] === currency ? (columns.amountMinor[index] ?? 0) : undefined,
      ),
    );
  }

  /** @returns a service's mark, and what is known of it beside */
  serviceAt(index: number): ServiceMark & ServiceDetail {
    const mark = this.part('lifecycle').services[index] as ServiceMark;
    return { ...mark, ...this.part('details')[mark.serviceId] };
  }

  /** What was answered on an instrument. Of several answers on one service the latest counts. By time. */
  answers(instrument: Instrument): readonly Counted<number>[] {
    return this.once(`answers/${instrument}`, () => {
      const onTheSpot = instrument === 'stars' ? this.starsOnTheSpot : [];
      const all = [...onTheSpot, ...Object.values(this.part('answers'))]
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

  private get starsOnTheSpot(): readonly Answer[] {
    return this.services.flatMap(({ by }, index): Answer[] => {
      const { stars, at, serviceId } = this.serviceAt(index);
      return stars === undefined ? [] : [{ instrument: 'stars', score: stars, at, by, serviceId }];
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

  /** What is found of a life once, for all facts and rules that follow from it. */
  once<Part>(name: string, make: () => Part): Part {
    if (!this.parts.has(name)) this.parts.set(name, make());
    return this.parts.get(name) as Part;
  }
}
