import { stateIntervals, type StateInterval } from '../../../src/client/lifecycle/state-intervals.js';
import { beganAt } from '../../../src/client/lifecycle/lifecycle.evolve.js';
import { usualGapDays } from '../../../src/client/lifecycle/usual-gap.js';
import type { Instrument } from '../../../src/client/contact/contact.events.js';
import type { Instant } from '../../../src/schema/instant.js';
import type { Condition } from '../../../src/segment/rule.js';
import type { FactName } from '../../../src/segment/segment-facts.js';
import type { LocalDay } from '../../local-day.js';
import type { ServiceMark } from '../../../src/client/lifecycle/lifecycle.marks.js';
import type { Answer, SaidOf, SegmentLife, ServiceDetail, Spell } from '../life/segment-life.js';
import type { FactValue } from './condition.js';
import { frequencyScore, monetaryScore, recencyScore, rfmSegment, type RfmCuts } from './rfm-cuts.js';
import { combined, stepAt, stepsOf, type LifeSpan, type Step, type Steps } from './steps.js';
import {
  averaging,
  counting,
  distinct,
  naming,
  summing,
  tallied,
  within,
  type Counted,
  type Tally,
} from './tally.js';

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

type Told = Condition;
type Finder = (facts: LifeFacts, told: Told) => FactOverTime;

const time = (at: Instant | null): number => (at === null ? Infinity : Date.parse(at));
const DAY = 86_400_000;

/** The facts of one life over the whole of it, each found when a rule first asks for it and kept for the next. */
export class LifeFacts {
  private readonly found = new Map<string, FactOverTime>();
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

  /** @returns the fact that a condition is on, with what it is told beside a value. Only of a life with a span */
  fact(condition: Condition): FactOverTime {
    const { fact, withinDays, currency, channel, kind } = condition;
    const key = `${fact}/${withinDays ?? ''}/${currency ?? ''}/${channel ?? ''}/${kind ?? ''}`;
    let found = this.found.get(key);
    if (!found) this.found.set(key, (found = finders[fact](this, condition)));
    return found;
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

const said =
  (what: SaidOf): Finder =>
  (facts) =>
    facts.stepped(
      null,
      facts.life.said
        .filter((one) => one.what === what)
        .map(({ at, by, value }) => ({ at: Date.parse(at), value, by })),
    );

const spellOf = <Thing>({ from, to, begunBy, endedBy }: Spell, thing: Thing): Counted<Thing> => ({
  ...{ from: time(from), to: time(to), by: begunBy, endedBy, thing },
});

const last =
  (instrument: Instrument): Finder =>
  (facts) =>
    facts.stepped(
      null,
      facts.answers(instrument).map(({ from: at, thing: value, by }) => ({ at, value, by })),
    );

const average =
  (instrument: Instrument): Finder =>
  (facts, { withinDays }) =>
    facts.tally(within(facts.answers(instrument), withinDays as number | undefined), averaging());

/** How each fact of the catalogue is found: none is forgotten when the catalogue grows. */
const finders: { readonly [Name in FactName]: Finder } = {
  state: (facts) =>
    facts.stepped(
      null,
      facts.states.map(({ state, from, begunBy }) => ({
        at: Date.parse(from),
        value: state,
        by: facts.event(begunBy),
      })),
    ),
  clientType: said('clientType'),
  trade: said('trade'),
  source: said('source'),
  owner: said('owner'),
  tags: (facts) =>
    facts.tally(
      facts.life.tags.map((one) => spellOf(one, [one.tag])),
      naming(),
    ),
  convertedOn: (facts) => facts.stepped(facts.context.dayOf(beganAt(facts.life.lifecycle) as Instant), []),
  daysSinceConversion: (facts) => {
    const at = Date.parse(beganAt(facts.life.lifecycle) as Instant);
    return { kind: 'elapsed', resets: [{ at, by: (facts.span as LifeSpan).startedBy }], before: 0 };
  },
  services: (facts, { withinDays }) =>
    facts.tally(within(facts.services, withinDays as number | undefined), counting()),
  visits: (facts, { withinDays }) =>
    facts.tally(within(facts.visits, withinDays as number | undefined), distinct()),
  serviceTypes: (facts, { withinDays }) => {
    const types = facts.services.flatMap((one) =>
      one.thing.serviceType === undefined ? [] : [{ ...one, thing: [one.thing.serviceType] }],
    );
    return facts.tally(within(types, withinDays as number | undefined), naming());
  },
  technicians: (facts, { withinDays }) => {
    const technicians = facts.services.flatMap((one) => {
      const { technicians: names } = facts.detailOf(one.thing);
      return names === undefined ? [] : [{ ...one, thing: names }];
    });
    return facts.tally(within(technicians, withinDays as number | undefined), naming());
  },
  daysSinceLastService: (facts) => ({
    kind: 'elapsed',
    resets: facts.services.map(({ from: at, by }) => ({ at, by })),
    before: null,
  }),
  usualGapDays: (facts) => {
    const { services } = facts.life.lifecycle;
    return facts.stepped(
      null,
      facts.services.map(({ from: at, by }, index) => ({
        at,
        value: usualGapDays(services, index) ?? null,
        by,
      })),
    );
  },
  lifetimeValueMinor: (facts, { currency }) => facts.tally(facts.amounts(currency as string), summing()),
  revenueMinor: (facts, { currency, withinDays }) =>
    facts.tally(within(facts.amounts(currency as string), withinDays as number), summing()),
  lastStars: last('stars'),
  averageStars: average('stars'),
  lastCsat: last('csat'),
  averageCsat: average('csat'),
  lastNps: last('nps'),
  averageNps: average('nps'),
  complaints: (facts, { withinDays }) => {
    const raised = Object.values(facts.life.complaints).map(({ at, by }) =>
      spellOf({ from: at, to: null, begunBy: by, endedBy: null }, null),
    );
    return facts.tally(within(raised, withinDays as number | undefined), counting());
  },
  openComplaints: (facts) =>
    facts.tally(
      Object.values(facts.life.complaints).flatMap(({ open }) => open.map((spell) => spellOf(spell, null))),
      counting(),
    ),
  onPlan: (facts) => {
    const count = counting();
    const plans = Object.values(facts.life.plans).map((plan) => spellOf(plan, null));
    return facts.tally(plans, { ...count, value: () => count.value() > 0 });
  },
  plans: (facts) =>
    facts.tally(
      Object.values(facts.life.plans).flatMap((plan) =>
        plan.names.flatMap(({ name, at, by }, index) => {
          const next = plan.names[index + 1];
          const end =
            next && (plan.to === null || next.at < plan.to)
              ? { to: next.at, endedBy: next.by }
              : { to: plan.to, endedBy: plan.endedBy };
          const from = at < plan.from ? plan.from : at;
          return [spellOf({ from, begunBy: by, ...end }, [name])];
        }),
      ),
      naming(),
    ),
  invoices: (facts) =>
    facts.tally(
      Object.values(facts.life.invoices).flatMap((invoice) => invoiceStates(invoice, facts.context)),
      naming(),
    ),
  consent: (facts, { channel, kind }) => {
    const words = facts.life.consents
      .filter((word) => word.channel === channel && (word.kind === kind || word.kind === 'any'))
      .reduce<SegmentLife['consents']>((all, word) => [...all.filter(({ at }) => at < word.at), word], [])
      .map(({ at, by, granted }) => ({
        at: Date.parse(at),
        value: granted ? 'granted' : 'withdrawn',
        by,
      }));
    return facts.stepped(null, words);
  },
  rfmRecency: (facts) => facts.stepped(null, recency(facts)),
  rfmFrequency: (facts) => facts.stepped(null, frequency(facts)),
  rfmMonetary: (facts, { currency }) => facts.stepped(null, monetary(facts, currency as string)),
  rfmSegment: (facts, { currency }) => {
    const fm = combined(frequency(facts), monetary(facts, currency as string), (f, m) =>
      f === null || m === null ? null : { f, m },
    );
    const segment = combined(recency(facts), fm, (r, both) =>
      r === null || both === null ? null : rfmSegment(r, both.f, both.m),
    );
    return facts.stepped(null, segment);
  },
};

/** An invoice is overdue from when that was said, or from the day after the one it was due on, until it is paid. */
function invoiceStates(
  { at, by, dueOn, overdue, paid }: SegmentLife['invoices'][string],
  { startOfDay }: RuleContext,
): Counted<readonly string[]>[] {
  const issued = Date.parse(at);
  const due = dueOn === undefined ? Infinity : Date.parse(startOfDay(dayAfter(dueOn)));
  const told = time(overdue?.at ?? null);
  const late = Math.max(issued, Math.min(due, told));
  const lateBy = told < due ? (overdue?.by ?? by) : by;
  const settled = time(paid?.at ?? null);
  const paidBy = paid?.by ?? null;
  const until = late < settled ? lateBy : paidBy;
  const open = { from: issued, to: Math.min(late, settled), by, endedBy: until, thing: ['open'] };
  const overdueThen = { from: late, to: settled, by: lateBy, endedBy: paidBy, thing: ['overdue'] };
  const paidThen = { from: settled, to: Infinity, by: paidBy ?? by, endedBy: null, thing: ['paid'] };
  return [open, overdueThen, paidThen];
}

const dayAfter = (day: LocalDay): LocalDay =>
  new Date(Date.parse(`${day}T00:00:00Z`) + DAY).toISOString().slice(0, 10);

const cutsOf = (facts: LifeFacts): Steps<RfmCuts | null> =>
  facts.once('cuts', () =>
    stepsOf<RfmCuts | null>(
      facts.span as LifeSpan,
      null,
      facts.context.rfmCuts.map((cuts) => ({ at: Date.parse(cuts.at), value: cuts, by: cuts.eventId })),
    ),
  );

const recency = (facts: LifeFacts): Steps<number | null> =>
  facts.once('recency', () => {
    const changes = facts.services.map(({ from: at, by, thing }) => ({ at, by, value: thing.at }));
    const lastVisit = stepsOf<Instant | null>(facts.span as LifeSpan, null, changes);
    return combined(cutsOf(facts), lastVisit, (cuts, at) =>
      cuts !== null && at !== null ? recencyScore(cuts, at) : null,
    );
  });

const frequency = (facts: LifeFacts): Steps<number | null> =>
  facts.once('frequency', () => {
    const visits = stepsOf(facts.span as LifeSpan, 0, tallied(facts.visits, distinct()));
    return combined(cutsOf(facts), visits, (cuts, count) =>
      cuts && count > 0 ? frequencyScore(cuts, count) : null,
    );
  });

const monetary = (facts: LifeFacts, currency: string): Steps<number | null> =>
  facts.once(`monetary/${currency}`, () => {
    const span = facts.span as LifeSpan;
    const spent = stepsOf(span, 0, tallied(facts.amounts(currency), summing()));
    const visited = stepsOf(span, 0, tallied(facts.services, counting()));
    const amount = combined(visited, spent, (count, sum) => (count > 0 ? sum : null));
    return combined(cutsOf(facts), amount, (cuts, sum) =>
      cuts && sum !== null ? monetaryScore(cuts, currency, sum) : null,
    );
  });
