import type { Instant } from '../../../src/schema/instant.js';
import type { Condition, Rule } from '../../../src/segment/rule.js';
import type { SegmentLife } from '../life/segment-life.js';
import { askedOf, perCondition, type FactValue } from './condition.js';
import { factOf } from './fact-finders.js';
import { LifeFacts, type ElapsedFact, type RuleContext } from './life-facts.js';
import { ruleInWords } from './rule-in-words.js';
import { combined, mapped, stepAt, stepsOf, type LifeSpan, type Step, type Steps } from './steps.js';

export type { RuleContext } from './life-facts.js';

/** A stretch of business time in which a rule holds for a client, with the ids of the events that began and ended it. */
export interface Stay {
  /** inclusive */
  readonly from: Instant;
  /** exclusive; null if nothing known ends it */
  readonly to: Instant | null;
  /** where time alone made the change, the event that set its clock going; null if there is none */
  readonly begunBy: string | null;
  readonly endedBy: string | null;
}

/** Why a rule holds at an instant, or why not: a tree of the shape of the rule. */
export interface Reason {
  readonly holds: boolean;
  /** the rule in words */
  readonly words: string;
  /** of a condition: what its fact was worth; null if there was no such fact */
  readonly value?: FactValue;
  /** the facts that made it so */
  readonly eventIds: readonly string[];
  /** of `and`, `or` and `not` */
  readonly parts?: readonly Reason[];
}

const DAY = 86_400_000;
const instant = (at: number): Instant => new Date(at).toISOString();

/**
 * When a rule holds for a client: over the whole of its life as it is on record now, and on into the future as far as time
 * alone will change it. A life ends at a merge into another client, and with it every stay.
 * @returns the stays by time; they neither touch nor overlap
 */
export function staysOf(rule: Rule, life: SegmentLife, context: RuleContext): Stay[] {
  const facts = factsOf(life, context);
  if (!facts.span) return [];
  const { end, endedBy } = facts.span;
  const holds = holding(rule, facts);
  return holds.flatMap(({ at, value, by }, index) => {
    if (!value) return [];
    const next = holds[index + 1];
    const last = { to: end === Infinity ? null : instant(end), endedBy };
    const ending = next ? { to: instant(next.at), endedBy: next.by } : last;
    return [{ from: instant(at), begunBy: by, ...ending }];
  });
}

/** @returns why a rule holds for a client at an instant, or why not, by the facts on record now that happened up to it */
export function reasonsAt(rule: Rule, life: SegmentLife, at: Instant, context: RuleContext): Reason {
  const facts = factsOf(life, context);
  const when = Date.parse(at);
  const { span } = facts;
  if (span && span.start <= when && when < span.end) return reasonOf(rule, facts, when);
  const gone = span && span.endedBy !== null && when >= span.end ? [span.endedBy] : [];
  return { holds: false, words: ruleInWords(rule), eventIds: gone };
}

/** The same life is asked of by one rule after another, and its facts are found once. */
const kept = new WeakMap<SegmentLife, LifeFacts>();

function factsOf(life: SegmentLife, context: RuleContext): LifeFacts {
  const before = kept.get(life);
  if (before?.context === context) return before;
  const facts = new LifeFacts(life, context);
  kept.set(life, facts);
  return facts;
}

function holding(rule: Rule, facts: LifeFacts): Steps<boolean> {
  if ('and' in rule)
    return rule.and
      .map((part) => holding(part, facts))
      .reduce((one, other) => combined(one, other, (a, b) => a && b));
  if ('or' in rule)
    return rule.or
      .map((part) => holding(part, facts))
      .reduce((one, other) => combined(one, other, (a, b) => a || b));
  if ('not' in rule) return mapped(holding(rule.not, facts), (holds) => !holds);
  const fact = factOf(facts, rule);
  const asked = askedOf(rule);
  return fact.kind === 'stepped'
    ? mapped(fact.steps, asked)
    : mapped(elapsing(rule, fact, facts.span as LifeSpan), (value) => asked(value));
}

/** What a number of days is worth changes daily; for a condition only those days count at which its answer can change. */
function elapsing(
  condition: Condition,
  { resets, before }: ElapsedFact,
  span: LifeSpan,
): Steps<number | null> {
  const days = daysOf(condition);
  const changes: Step<number>[] = [];
  resets.forEach(({ at, by }, index) => {
    const end = Math.min(resets[index + 1]?.at ?? Infinity, LAST);
    for (const day of days) if (at + day * DAY < end) changes.push({ at: at + day * DAY, value: day, by });
  });
  return stepsOf<number | null>(span, before, changes);
}

/** By number, each once. */
const daysOf = perCondition(({ value }): readonly number[] => {
  const named = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'number');
  return [...new Set([0, ...named.flatMap((one) => [one, one + 1])])].sort((a, b) => a - b);
});

/** The end of the years that instants know. */
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

function reasonOf(rule: Rule, facts: LifeFacts, at: number): Reason {
  const words = ruleInWords(rule);
  if ('fact' in rule) {
    const fact = factOf(facts, rule);
    const { value, eventIds } =
      fact.kind === 'stepped'
        ? { value: stepAt(fact.steps, at).value, eventIds: fact.because(at) }
        : elapsedAt(fact, at);
    return { holds: askedOf(rule)(value), words, value, eventIds };
  }
  const inner = 'and' in rule ? rule.and : 'or' in rule ? rule.or : [rule.not];
  const parts = inner.map((part) => reasonOf(part, facts, at));
  const holds =
    'and' in rule
      ? parts.every((part) => part.holds)
      : 'or' in rule
        ? parts.some((part) => part.holds)
        : !parts[0]?.holds;
  // What decides: the parts that hold if it holds, those that do not if it does not; of `not`, the other way round.
  const deciding = parts.filter((part) => 'not' in rule || part.holds === holds);
  return { holds, words, eventIds: [...new Set(deciding.flatMap(({ eventIds }) => eventIds))], parts };
}

function elapsedAt(
  { resets, before }: ElapsedFact,
  at: number,
): { value: number | null; eventIds: string[] } {
  const last = resets.findLast((reset) => reset.at <= at);
  if (!last) return { value: before, eventIds: [] };
  return { value: Math.floor((at - last.at) / DAY), eventIds: [last.by] };
}
