import {
  ruleParameters,
  segmentFacts,
  operatorsOf,
  type Operator,
  type SegmentFact,
} from './segment-facts.js';
import type { RuleValue } from './rule-values.js';
import { MOST_CONDITIONS } from './rule.js';

/**
 * The JSON schema of rules, written so that it holds in JSON Schema (draft 7 and later) and in OpenAPI 3.0 alike. What it cannot
 * say, `readRule` checks all the same: how deep and how large a rule may be, that the lower end of a range comes first, that
 * a currency exists.
 * @param self a reference to it, since rules are made of rules
 */
export function ruleSchema(self: string): {
  readonly description: string;
  readonly anyOf: readonly object[];
} {
  const rules = { type: 'array', items: { $ref: self }, minItems: 1, maxItems: MOST_CONDITIONS };
  return {
    description:
      'Which clients are meant: docs/reference/segment-rules.md has the facts and what can be asked of them.',
    anyOf: [
      only({ and: rules }, ['and'], 'every one of them holds'),
      only({ or: rules }, ['or'], 'at least one of them holds'),
      only({ not: { $ref: self } }, ['not'], 'it does not hold'),
      ...Object.entries(segmentFacts).flatMap(([name, fact]) => conditions(name, fact)),
    ],
  };
}

/** One schema for all operators that take the same kind of value. */
function conditions(name: string, fact: SegmentFact): object[] {
  const { about, needs = [], takes = [] } = fact;
  const byValue = new Map<RuleValue, Operator[]>();
  for (const [op, value] of Object.entries(operatorsOf(fact)) as [Operator, RuleValue][])
    byValue.set(value, [...(byValue.get(value) ?? []), op]);
  const parameters = [...needs, ...takes].map((one) => [one, ruleParameters[one].value.schema] as const);
  return [...byValue].map(([value, operators]) =>
    only(
      {
        fact: { type: 'string', enum: [name] },
        op: { type: 'string', enum: operators },
        value: value.schema,
        ...Object.fromEntries(parameters),
      },
      ['fact', 'op', 'value', ...needs],
      about,
    ),
  );
}

const only = (properties: object, required: readonly string[], description: string): object => ({
  type: 'object',
  description,
  properties,
  required,
  additionalProperties: false,
});
