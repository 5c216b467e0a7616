import fc from 'fast-check';
import { readRule, type Rule } from '../../src/segment/rule.js';
import {
  operatorsOf,
  ruleParameters,
  segmentFacts,
  type RuleParameter,
  type SegmentFact,
} from '../../src/segment/segment-facts.js';
import type { RuleValue } from '../../src/segment/rule-values.js';

interface Schema {
  readonly type: 'integer' | 'number' | 'string' | 'boolean' | 'array';
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly pattern?: string;
  readonly format?: string;
  readonly items?: Schema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly uniqueItems?: boolean;
}

/** Values that a schema of the catalogue allows; those that need more than the schema says are sifted. */
function valuesOf({ schema, faults }: RuleValue): fc.Arbitrary<unknown> {
  return ofSchema(schema as Schema).filter((value) => faults(value, '').length === 0);
}

function ofSchema(schema: Schema): fc.Arbitrary<unknown> {
  const { type, minimum: min = 0, maximum: max = 0 } = schema;
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.format === 'date') return fc.date(DAYS).map((date) => date.toISOString().slice(0, 10));
  if (schema.pattern?.includes('[A-Z]')) return fc.constantFrom('CAD', 'USD', 'JPY', 'EUR');
  if (schema.pattern?.includes('[a-z0-9]')) return fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,39}$/);
  switch (type) {
    case 'integer':
      return fc.integer({ min, max });
    case 'number':
      return fc.double({ min, max, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.string({ minLength: 1, maxLength: 20, unit: 'grapheme' });
    case 'array':
      return listOf(schema);
  }
}

function listOf({ items, minItems = 1, uniqueItems }: Schema): fc.Arbitrary<unknown> {
  const item = ofSchema(items as Schema);
  if (uniqueItems) return fc.uniqueArray(item, { minLength: 1, maxLength: 4 });
  const ends = fc.array(item, { minLength: minItems, maxLength: minItems });
  return ends.map((values) => values.toSorted((a, b) => ((a as number) < (b as number) ? -1 : 1)));
}

const DAYS = { min: new Date('1990-01-01'), max: new Date('2030-12-31'), noInvalidDate: true };

const parameterOf = (name: RuleParameter) => valuesOf(ruleParameters[name].value);

const conditions = fc.oneof(
  ...Object.entries(segmentFacts).flatMap(([fact, declared]: [string, SegmentFact]) =>
    Object.entries(operatorsOf(declared)).map(([op, value]) => {
      const { needs = [], takes = [] } = declared;
      const parameters = Object.fromEntries([...needs, ...takes].map((one) => [one, parameterOf(one)]));
      const members = { fact: fc.constant(fact), op: fc.constant(op), value: valuesOf(value), ...parameters };
      return fc.record(members, { requiredKeys: ['fact', 'op', 'value', ...needs] as never });
    }),
  ),
);

/** Rules as a caller may write them, of every fact and operator, some levels deep. */
export const rules = fc.letrec<{ rule: Rule }>((tie) => ({
  rule: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    conditions as fc.Arbitrary<Rule>,
    fc.record({ and: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('rule'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('rule') }),
  ),
})).rule;

/** @returns the rule, which has to be one. @throws Error with its faults otherwise */
export function ruleOf(value: unknown): Rule {
  const read = readRule(value);
  if ('rule' in read) return read.rule;
  throw new Error(read.faults.map(({ path, message }) => `${path}: ${message}`).join('\n'));
}
