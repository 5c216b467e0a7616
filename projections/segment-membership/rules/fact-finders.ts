import { stateIntervals } from '../../../src/client/lifecycle/state-intervals.js';
import { usualGapDays } from '../../../src/client/lifecycle/usual-gap.js';
import type { Instrument } from '../../../src/client/contact/contact.events.js';
import { instantAt, type Instant } from '../../../src/schema/instant.js';
import type { Condition } from '../../../src/segment/rule.js';
import type { FactName } from '../../../src/segment/segment-facts.js';
import type { LocalDay } from '../../local-day.js';
import { eventsBy } from '../life/evidence.js';
import type { SaidOf, SegmentLife, Span, Spell } from '../life/segment-life.js';
import { time, type FactOverTime, type LifeFacts, type RuleContext } from './life-facts.js';
import { rfmSegment } from './rfm-cuts.js';
import { frequencyOver, monetaryOver, recencyOver } from './rfm-over-time.js';
import { combined, type LifeSpan } from './steps.js';
import { averaging, counting, distinct, naming, summing, within, type Counted } from './tally.js';

type Finder = (facts: LifeFacts, told: Condition) => FactOverTime;

const DAY = 86_400_000;

/** @returns the fact that a condition is on, with what it is told beside a value. Only of a life with a span */
export function factOf(facts: LifeFacts, condition: Condition): FactOverTime {
  const { fact, withinDays, currency, channel, kind } = condition;
  const told = `${withinDays ?? ''}/${currency ?? ''}/${channel ?? ''}/${kind ?? ''}`;
  return facts.once(`fact/${fact}/${told}`, () => finders[fact](facts, condition));
}

const said =
  (what: SaidOf): Finder =>
  (facts) =>
    facts.stepped(
      null,
      facts
        .part('said')
        .filter((one) => one.what === what)
        .map(({ at, by, value }) => ({ at: Date.parse(at), value, by })),
    );

const convertedAt = (facts: LifeFacts): Instant => (facts.part('span') as Span).convertedAt;

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
  state: (facts) => {
    const event = eventsBy(facts.part('evidence'));
    return facts.stepped(
      null,
      stateIntervals(facts.part('lifecycle')).map(({ state, from, begunBy }) => ({
        at: Date.parse(from),
        value: state,
        by: event(begunBy),
      })),
    );
  },
  clientType: said('clientType'),
  trade: said('trade'),
  source: said('source'),
  owner: said('owner'),
  tags: (facts) =>
    facts.tally(
      facts.part('tags').map((one) => spellOf(one, [one.tag])),
      naming(),
    ),
  convertedOn: (facts) => facts.stepped(facts.context.dayOf(convertedAt(facts)), []),
  daysSinceConversion: (facts) => {
    const from = Date.parse(convertedAt(facts));
    return { kind: 'elapsed', resets: [{ from, by: (facts.span as LifeSpan).startedBy }], before: 0 };
  },
  services: (facts, { withinDays }) =>
    facts.tally(within(facts.services, withinDays as number | undefined), counting()),
  visits: (facts, { withinDays }) =>
    facts.tally(within(facts.visits, withinDays as number | undefined), distinct()),
  serviceTypes: (facts, { withinDays }) => {
    const types = facts.servicesAs(({ serviceType }, index) => {
      const type = serviceType[index] ?? null;
      return type === null ? undefined : [type];
    });
    return facts.tally(within(types, withinDays as number | undefined), naming());
  },
  technicians: (facts, { withinDays }) => {
    const technicians = facts.servicesAs((_columns, index) => facts.serviceAt(index).technicians);
    return facts.tally(within(technicians, withinDays as number | undefined), naming());
  },
  daysSinceLastService: (facts) => ({ kind: 'elapsed', resets: facts.services, before: null }),
  usualGapDays: (facts) => {
    const visited = facts.services.map(({ from }) => ({ at: instantAt(from) }));
    return facts.stepped(
      null,
      facts.services.map(({ from: at, by }, index) => ({
        at,
        value: usualGapDays(visited, index) ?? null,
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
    const raised = Object.values(facts.part('complaints')).map(({ at, by }) =>
      spellOf({ from: at, to: null, begunBy: by, endedBy: null }, null),
    );
    return facts.tally(within(raised, withinDays as number | undefined), counting());
  },
  openComplaints: (facts) =>
    facts.tally(
      Object.values(facts.part('complaints')).flatMap(({ open }) =>
        open.map((spell) => spellOf(spell, null)),
      ),
      counting(),
    ),
  onPlan: (facts) => {
    const count = counting();
    const plans = Object.values(facts.part('plans')).map((plan) => spellOf(plan, null));
    return facts.tally(plans, { ...count, value: () => count.value() > 0 });
  },
  plans: (facts) =>
    facts.tally(
      Object.values(facts.part('plans')).flatMap((plan) =>
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
      Object.values(facts.part('invoices')).flatMap((invoice) => invoiceStates(invoice, facts.context)),
      naming(),
    ),
  consent: (facts, { channel, kind }) => {
    const words = facts
      .part('consents')
      .filter((word) => word.channel === channel && (word.kind === kind || word.kind === 'any'))
      .reduce<SegmentLife['consents']>((all, word) => [...all.filter(({ at }) => at < word.at), word], [])
      .map(({ at, by, granted }) => ({
        at: Date.parse(at),
        value: granted ? 'granted' : 'withdrawn',
        by,
      }));
    return facts.stepped(null, words);
  },
  rfmRecency: (facts) => facts.stepped(null, recencyOver(facts)),
  rfmFrequency: (facts) => facts.stepped(null, frequencyOver(facts)),
  rfmMonetary: (facts, { currency }) => facts.stepped(null, monetaryOver(facts, currency as string)),
  rfmSegment: (facts, { currency }) => {
    const fm = combined(frequencyOver(facts), monetaryOver(facts, currency as string), (f, m) =>
      f === null || m === null ? null : { f, m },
    );
    const segment = combined(recencyOver(facts), fm, (r, both) =>
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
