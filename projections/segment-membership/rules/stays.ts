import { instantAt, type Instant } from '../../../src/schema/instant.js';
import { joinedBy, type Condition, type Rule } from '../../../src/segment/rule.js';
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

/**
 * When a rule holds for a client: over the whole of its life as it is on record now, and on into the future as far as time
 * alone will change it. A life ends at a merge into another client, and with it every stay.
 * @returns the stays by time; they neither touch nor overlap
 */
export function staysOf(rule: Rule, life: SegmentLife, context: RuleContext): Stay[] {
  const facts = factsOf(life, context);
  if (!facts.span) return [];
  const { end, endedBy } = facts.span;
  const stays: Stay[] = [];
  const holds = holding(rule, facts);
  holds.forEach(({ at, value, by: begunBy }, index) => {
    if (!value) return;
    const from = instantAt(at);
    const next = holds[index + 1];
    if (next) stays.push({ from, to: instantAt(next.at), begunBy, endedBy: next.by });
    else stays.push({ from, to: end === Infinity ? null : instantAt(end), begunBy, endedBy });
  });
  return stays;
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

/**
 * The same life is asked of by one rule after another, and its facts are found once. No weak map: what it holds of a young
 * key lives on until a full collection, so the facts of every life that a fill goes through would.
 */
let latest: LifeFacts | undefined;

function factsOf(life: SegmentLife, context: RuleContext): LifeFacts {
  if (latest?.life !== life || latest.context !== context) latest = new LifeFacts(life, context);
  return latest;
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
  return fact.kind === 'stepped'
    ? mapped(fact.steps, askedOf(rule))
    : elapsing(rule, fact, facts.span as LifeSpan);
}

/** What a number of days is worth changes daily; of a condition only those days count at which its answer changes. */
function elapsing(condition: Condition, { resets, before }: ElapsedFact, span: LifeSpan): Steps<boolean> {
  const turns = turnsOf(condition);
  const initial = askedOf(condition)(before);
  const changes: Step<boolean>[] = [];
  let latest = initial;
  resets.forEach(({ from, by }, index) => {
    const end = Math.min(resets[index + 1]?.from ?? Infinity, LAST);
    for (const { day, holds } of turns) {
      const at = from + day * DAY;
      if (at >= end) break;
      if (holds !== latest) changes.push({ at, value: holds, by });
      latest = holds;
    }
  });
  return mapped(stepsOf(span, initial, changes), (holds) => holds);
}

/** After how many days the answer to a condition is another one, from the day 0 on. */
const turnsOf = perCondition((condition): readonly { readonly day: number; readonly holds: boolean }[] => {
  const { value } = condition;
  const named = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'number');
  const days = [...new Set([0, ...named.flatMap((one) => [one, one + 1])])].sort((a, b) => a - b);
  const answers = days.map((day) => ({ day, holds: askedOf(condition)(day) }));
  return answers.filter(({ holds }, index) => index === 0 || holds !== answers[index - 1]?.holds);
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
  const parts = joinedBy(rule).map((part) => reasonOf(part, facts, at));
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
  const last = resets.findLast(({ from }) => from <= at);
  if (!last) return { value: before, eventIds: [] };
  return { value: Math.floor((at - last.from) / DAY), eventIds: [last.by] };
}
