import { Transform } from 'class-transformer';
import { Allow, ValidateBy } from 'class-validator';
import { field, type FieldOptions } from '../schema/fields.js';
import { nameSchema } from '../schema/named-schemas.js';
import { ruleSchema } from './rule-schema.js';
import { readRule, type Rule } from './rule.js';

const EXAMPLE: Rule = {
  and: [
    { fact: 'state', op: 'eq', value: 'lapsed' },
    { fact: 'visits', op: 'gte', value: 3, withinDays: 730 },
  ],
};
const SCHEMA = { allOf: [nameSchema('SegmentRule', ruleSchema)] };

/** As it came: what a class makes of the parts of a body is not for a tree without classes. */
const Untouched = Transform(({ obj, key }) => (obj as Record<string, unknown>)[key]);

/** The rule of a segment, as it is recorded. */
export const RuleField = (options: FieldOptions) =>
  field('segment rule', { example: EXAMPLE, ...options }, SCHEMA, [
    Untouched,
    ValidateBy({
      name: 'isSegmentRule',
      validator: {
        validate: (value) => 'rule' in readRule(value),
        defaultMessage: (a) => `${a?.property} must be a rule of segments`,
      },
    }),
  ]);

/** A rule in a request: let in as it is, since `readRule` says better what is wrong with it, and where. */
export const SentRule = (options: FieldOptions) =>
  field('segment rule', { example: EXAMPLE, ...options }, SCHEMA, [Untouched, Allow()]);
