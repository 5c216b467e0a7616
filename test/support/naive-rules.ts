import { beganAt } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { stateIntervals } from '../../src/client/lifecycle/state-intervals.js';
import { usualGapDays } from '../../src/client/lifecycle/usual-gap.js';
import { plusDays, wholeDaysBetween, type Instant } from '../../src/schema/instant.js';
import type { Condition, Rule } from '../../src/segment/rule.js';
import type { SegmentLife } from '../../projections/segment-membership/life/segment-life.js';
import type { RuleContext } from '../../projections/segment-membership/rules/stays.js';

type Value = string | number | boolean | readonly string[] | null;

/** Whether a rule holds at one instant, straight from the facts up to it and without a thought of any other instant. */
export function naivelyHolds(rule: Rule, life: SegmentLife, at: Instant, context: RuleContext): boolean {
  const states = stateIntervals(life.lifecycle);
  const { mergedInto } = life.lifecycle;
  if (!states[0] || at < states[0].from || (mergedInto && at >= mergedInto.at)) return false;
  return holds(rule, life, at, context);
}

function holds(rule: Rule, life: SegmentLife, at: Instant, context: RuleContext): boolean {
  if ('and' in rule) return rule.and.every((part) => holds(part, life, at, context));
  if ('or' in rule) return rule.or.some((part) => holds(part, life, at, context));
  if ('not' in rule) return !holds(rule.not, life, at, context);
  return answered(rule, naiveValue(rule, life, at, context));
}

function answered({ op, value }: Condition, fact: Value): boolean {
  const facts = (fact === null ? [] : Array.isArray(fact) ? fact : [fact]) as (string | number | boolean)[];
  const low = (one: unknown) => (typeof one === 'string' ? one.toLowerCase() : (one as number));
  const values = (Array.isArray(value) ? value : [value]).map(low) as number[];
  const [first = 0, second = 0] = values;
  const some = (test: (one: number) => boolean) => facts.some((one) => test(low(one) as number));
  switch (op) {
    case 'exists':
      return facts.length > 0 === value;
    case 'ne':
      return !some((one) => one === first);
    case 'eq':
      return some((one) => one === first);
    case 'in':
      return some((one) => values.includes(one));
    case 'lt':
      return some((one) => one < first);
    case 'lte':
      return some((one) => one <= first);
    case 'gt':
      return some((one) => one > first);
    case 'gte':
      return some((one) => one >= first);
    case 'between':
      return some((one) => one >= first && one <= second);
  }
}

/** Everything that has happened by then, what ended before it too. */
export function naiveValue(
  condition: Condition,
  life: SegmentLife,
  at: Instant,
  context: RuleContext,
): Value {
  const { fact, withinDays, currency, channel, kind } = condition;
  const { lifecycle } = life;
  const happened = <T extends { at: Instant }>(things: readonly T[]) =>
    things.filter(
      (one) => one.at <= at && (withinDays === undefined || at < plusDays(one.at, Number(withinDays))),
    );
  const everHappened = lifecycle.services.filter((one) => one.at <= at);
  const services = happened(lifecycle.services);
  const detailOf = (serviceId: string) => life.details[serviceId];
  const money = (marks: typeof services) =>
    marks.reduce((sum, one) => sum + (one.currency === currency ? (one.amountMinor ?? 0) : 0), 0);
  const standing = ({ from, to }: { from: Instant; to: Instant | null }) =>
    from <= at && (to === null || at < to);
  const lastSaid = (what: string) =>
    life.said.filter((one) => one.what === what && one.at <= at).at(-1)?.value ?? null;
  const answers = (instrument: string) => {
    const given = [
      ...lifecycle.services.map(({ serviceId, at: when }) => ({
        at: when,
        serviceId,
        instrument: 'stars',
        score: detailOf(serviceId)?.stars,
      })),
      ...Object.values(life.answers),
    ].filter((one) => one.score !== undefined && one.instrument === instrument && one.at <= at);
    given.sort((a, b) => a.at.localeCompare(b.at));
    const counting = given.filter(
      (one, index) =>
        one.serviceId === undefined ||
        !given.slice(index + 1).some((later) => later.serviceId === one.serviceId),
    );
    return { last: given.at(-1)?.score ?? null, counting: happened(counting).map((one) => one.score ?? 0) };
  };
  const mean = (scores: number[]) =>
    scores.length === 0 ? null : scores.reduce((a, b) => a + b, 0) / scores.length;
  const complaints = Object.values(life.complaints);
  const plans = Object.values(life.plans).filter(standing);
  const last = everHappened.at(-1);
  switch (fact) {
    case 'state':
      return stateIntervals(lifecycle).find(standing)?.state ?? null;
    case 'clientType':
    case 'trade':
    case 'source':
    case 'owner':
      return lastSaid(fact);
    case 'tags':
      return life.tags.filter(standing).map(({ tag }) => tag);
    case 'convertedOn':
      return context.dayOf(beganAt(lifecycle) as Instant);
    case 'daysSinceConversion':
      return Math.max(0, wholeDaysBetween(beganAt(lifecycle) as Instant, at));
    case 'services':
      return services.length;
    case 'visits':
      return new Set(services.map((one) => context.dayOf(one.at))).size;
    case 'serviceTypes':
      return services.flatMap(({ serviceType }) => serviceType ?? []);
    case 'technicians':
      return services.flatMap(({ serviceId }) => detailOf(serviceId)?.technicians ?? []);
    case 'daysSinceLastService':
      return last ? wholeDaysBetween(last.at, at) : null;
    case 'usualGapDays':
      return usualGapDays(everHappened) ?? null;
    case 'lifetimeValueMinor':
    case 'revenueMinor':
      return money(services);
    case 'lastStars':
      return answers('stars').last;
    case 'lastCsat':
      return answers('csat').last;
    case 'lastNps':
      return answers('nps').last;
    case 'averageStars':
      return mean(answers('stars').counting);
    case 'averageCsat':
      return mean(answers('csat').counting);
    case 'averageNps':
      return mean(answers('nps').counting);
    case 'complaints':
      return happened(complaints).length;
    case 'openComplaints':
      return complaints.flatMap(({ open }) => open.filter(standing)).length;
    case 'onPlan':
      return plans.length > 0;
    case 'plans':
      return plans.flatMap(({ names }) => names.filter((one) => one.at <= at).at(-1)?.name ?? []);
    case 'invoices':
      return Object.values(life.invoices)
        .filter((one) => one.at <= at)
        .map(({ dueOn, overdue, paid }) => {
          if (paid && paid.at <= at) return 'paid';
          const late = (overdue && overdue.at <= at) || (dueOn !== undefined && dueOn < context.dayOf(at));
          return late ? 'overdue' : 'open';
        });
    case 'consent': {
      let word: { at: Instant; granted: boolean }[] = [];
      for (const one of life.consents)
        if (one.channel === channel && [kind, 'any'].includes(one.kind))
          word = [...word.filter((before) => before.at < one.at), one];
      const said = word.filter((one) => one.at <= at).at(-1);
      return said ? (said.granted ? 'granted' : 'withdrawn') : null;
    }
    case 'rfmRecency':
    case 'rfmFrequency':
    case 'rfmMonetary':
    case 'rfmSegment': {
      const cuts = context.rfmCuts.filter((one) => one.at <= at).at(-1);
      if (!cuts || !last) return null;
      const above = <T>(bounds: readonly T[], test: (bound: T) => boolean) => 1 + bounds.filter(test).length;
      const r = above(cuts.recency, (bound) => bound <= last.at);
      const visits = new Set(everHappened.map((one) => context.dayOf(one.at))).size;
      const f = above(cuts.frequency, (bound) => bound < visits);
      if (fact === 'rfmRecency') return r;
      if (fact === 'rfmFrequency') return f;
      const bounds = cuts.monetary[currency as string];
      if (!bounds) return null;
      const m = above(bounds, (bound) => bound < money(everHappened));
      return fact === 'rfmMonetary' ? m : segmentOf(r, Math.floor((f + m + 1) / 2));
    }
  }
}

/** As the table of the scheme reads. */
function segmentOf(r: number, fm: number): string {
  if (fm >= 4) return r >= 4 ? 'champions' : r === 3 ? 'loyal' : 'at_risk';
  if (r >= 4) return fm >= 2 ? 'potential_loyal' : 'new_or_promising';
  if (r === 3) return 'needs_attention';
  if (r === 2) return 'about_to_sleep';
  return fm >= 2 ? 'hibernating' : 'lost';
}
