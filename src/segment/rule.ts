import { nearestName } from '../nearest-name.js';
import type { RuleFault } from './rule-values.js';
import {
  isFact,
  operatorsOf,
  ruleParameters,
  segmentFacts,
  type FactName,
  type Operator,
  type RuleParameter,
  type SegmentFact,
} from './segment-facts.js';

/** The version of the language that rules are written in now. A rule is stored with the version it was written in. */
export const RULE_VERSION = 1;

/** Which clients are meant: a tree of conditions on their facts (docs/reference/segment-rules.md). */
export type Rule =
  { readonly and: readonly Rule[] } | { readonly or: readonly Rule[] } | { readonly not: Rule } | Condition;

type Scalar = string | number | boolean;

export interface Condition extends Readonly<Partial<Record<RuleParameter, Scalar>>> {
  readonly fact: FactName;
  readonly op: Operator;
  readonly value: Scalar | readonly Scalar[];
}

/** @returns the rules that `and` or `or` joins; of `not`, the one that it turns */
export const joinedBy = (rule: Exclude<Rule, Condition>): readonly Rule[] =>
  'and' in rule ? rule.and : 'or' in rule ? rule.or : [rule.not];

/** @returns the conditions of a rule, wherever they stand in it */
export const conditionsOf = (rule: Rule): readonly Condition[] =>
  'fact' in rule ? [rule] : joinedBy(rule).flatMap(conditionsOf);

export const MOST_LEVELS = 8;
export const MOST_CONDITIONS = 100;
const MOST_FAULTS = 20;
const JOINTS = ['and', 'or', 'not'] as const;

/** @returns the rule that a value of any kind is, its members in one order; or why it is none */
export function readRule(
  value: unknown,
): { readonly rule: Rule } | { readonly faults: readonly RuleFault[] } {
  const reader = new RuleReader();
  const rule = reader.read(value, 'rule', 1);
  return rule && reader.faults.length === 0 ? { rule } : { faults: reader.faults.slice(0, MOST_FAULTS) };
}

/** Goes through a tree, and notes what is wrong with it; what it returns counts only if nothing is. */
class RuleReader {
  readonly faults: RuleFault[] = [];
  private conditions = 0;

  read(node: unknown, path: string, level: number): Rule | undefined {
    if (this.faults.length >= MOST_FAULTS) return;
    if (level > MOST_LEVELS) return this.fault(path, `lies deeper than ${MOST_LEVELS} levels`);
    if (!isObject(node)) return this.fault(path, ANY_NODE);
    const joint = JOINTS.find((one) => Object.hasOwn(node, one));
    if (joint === undefined)
      return Object.hasOwn(node, 'fact') ? this.condition(node, path) : this.fault(path, ANY_NODE);
    this.nothingBut([joint], node, path);
    if (joint === 'not') return { not: this.read(node.not, `${path}.not`, level + 1) as Rule };
    const parts = node[joint];
    if (!Array.isArray(parts) || parts.length === 0)
      return this.fault(`${path}.${joint}`, 'must be a list of at least one rule');
    const rules = parts.map(
      (part, index) => this.read(part, `${path}.${joint}[${index}]`, level + 1) as Rule,
    );
    return joint === 'and' ? { and: rules } : { or: rules };
  }

  private condition(node: Record<string, unknown>, path: string): Rule | undefined {
    if (++this.conditions === MOST_CONDITIONS + 1)
      return this.fault(path, `is more than the ${MOST_CONDITIONS} conditions that a rule may have`);
    const name = node.fact;
    if (!isFact(name)) return this.fault(`${path}.fact`, `must be ${namedFacts(name)}`);
    const fact: SegmentFact = segmentFacts[name];
    const operators = operatorsOf(fact);
    const op = node.op as Operator;
    const values = typeof op === 'string' && Object.hasOwn(operators, op) ? operators[op] : undefined;
    if (values) this.faults.push(...values.faults(node.value, `${path}.value`));
    else this.fault(`${path}.op`, `must be one of ${Object.keys(operators).join(', ')} for ${name}`);
    const { needs = [], takes = [] } = fact;
    const parameters = [...needs, ...takes].filter((one) => needs.includes(one) || Object.hasOwn(node, one));
    for (const one of parameters)
      this.faults.push(...ruleParameters[one].value.faults(node[one], `${path}.${one}`));
    this.nothingBut(['fact', 'op', 'value', ...needs, ...takes], node, path);
    const given = Object.fromEntries(parameters.map((one) => [one, node[one]]));
    return { fact: name, op, value: node.value as Condition['value'], ...given };
  }

  private nothingBut(known: readonly string[], node: object, path: string): void {
    for (const key of Object.keys(node)) {
      if (known.includes(key)) continue;
      const [first, ...others] = known;
      const beside = others.length > 0 ? `, only ${others.join(', ')} have` : '';
      this.fault(`${path}.${key.slice(0, 80)}`, `has no place beside ${first}${beside}`);
    }
  }

  private fault(path: string, message: string): undefined {
    this.faults.push({ path, message });
  }
}

const ANY_NODE =
  'must be an object with `and` or `or` (a list of rules), `not` (a rule), or `fact`, `op` and `value`';

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function namedFacts(name: unknown): string {
  const names = Object.keys(segmentFacts);
  const meant = typeof name === 'string' && name.length <= 40 ? nearestName(name, names) : undefined;
  return `one of ${names.join(', ')}${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}
