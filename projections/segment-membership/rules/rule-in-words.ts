import { segmentFacts, type Operator } from '../../../src/segment/segment-facts.js';
import type { Condition, Rule } from '../../../src/segment/rule.js';

/** @returns a rule in words, such as "the state of its lifecycle is lapsed, and number of services is at least 3" */
export function ruleInWords(rule: Rule): string {
  if ('and' in rule) return rule.and.map((part) => within(part, 'and')).join(', and ');
  if ('or' in rule) return rule.or.map((part) => within(part, 'or')).join(', or ');
  if ('not' in rule) return `not (${ruleInWords(rule.not)})`;
  return condition(rule);
}

/** What is combined otherwise than its surroundings stands in brackets. */
function within(rule: Rule, joint: 'and' | 'or'): string {
  const words = ruleInWords(rule);
  return ('and' in rule && joint === 'or') || ('or' in rule && joint === 'and') ? `(${words})` : words;
}

function condition(rule: Condition): string {
  const { fact, op, value, withinDays, currency, channel, kind } = rule;
  const told = [
    withinDays !== undefined && `within ${withinDays} days`,
    currency !== undefined && `in ${currency}`,
    channel !== undefined && `by ${channel}`,
    kind !== undefined && `for ${kind}`,
  ].filter((one) => one !== false);
  const subject = [segmentFacts[fact].about, ...(told.length > 0 ? [`(${told.join(', ')})`] : [])].join(' ');
  if (op === 'exists') return `${subject}: ${value === true ? 'there is one' : 'there is none'}`;
  return `${subject}: ${ASKED[op]} ${listed(value, op === 'between' ? ' and ' : ' or ')}`;
}

const ASKED: { readonly [Op in Exclude<Operator, 'exists'>]: string } = {
  eq: 'is',
  ne: 'is not',
  lt: 'less than',
  lte: 'at most',
  gt: 'more than',
  gte: 'at least',
  between: 'between',
  in: 'one of',
};

const listed = (value: Condition['value'], joint: string): string =>
  Array.isArray(value) ? value.join(joint) : String(value);
