import { isISO4217CurrencyCode } from 'class-validator';
import { STORABLE_WORDS } from '../schema/fields.js';
import { isDay } from '../schema/value-fields.js';

/** What is wrong in a rule: the path from the rule on, as `rule.and[1].value`, and what is allowed there. */
export interface RuleFault {
  readonly path: string;
  readonly message: string;
}

/** What may stand at a place in a rule: in words, as JSON schema, and as a check, side by side so that they agree. */
export interface RuleValue {
  /** goes on after "must be" */
  readonly says: string;
  readonly schema: object;
  readonly faults: (value: unknown, path: string) => RuleFault[];
}

function scalar(says: string, schema: object, accepts: (value: unknown) => boolean): RuleValue {
  const faults = (value: unknown, path: string) => (accepts(value) ? [] : [mustBe(says, value, path)]);
  return { says, schema, faults };
}

const mustBe = (says: string, value: unknown, path: string): RuleFault => ({
  path,
  message: `must be ${says}${value === undefined ? ' (it is missing)' : ''}`,
});

/** Both ends included. */
export const whole = (minimum: number, maximum: number): RuleValue =>
  scalar(
    `a whole number from ${minimum} to ${maximum}`,
    { type: 'integer', minimum, maximum },
    (value) => Number.isInteger(value) && inRange(value as number, minimum, maximum),
  );

/** Both ends included. */
export const decimal = (minimum: number, maximum: number): RuleValue =>
  scalar(
    `a number from ${minimum} to ${maximum}`,
    { type: 'number', minimum, maximum },
    (value) => typeof value === 'number' && inRange(value, minimum, maximum),
  );

const inRange = (value: number, least: number, most: number): boolean => least <= value && value <= most;

export const oneOf = (choices: readonly string[]): RuleValue =>
  scalar(`one of ${choices.join(', ')}`, { type: 'string', enum: choices }, (value) =>
    choices.includes(value as string),
  );

/** Text is compared whatever its case. */
export const text = (maxLength: number): RuleValue =>
  scalar(
    `text of 1 to ${maxLength} characters that is not blank`,
    { type: 'string', minLength: 1, maxLength, pattern: '\\S' },
    (value) => typeof value === 'string' && [...value].length <= maxLength && STORABLE_WORDS.test(value),
  );

export const matching = (says: string, pattern: RegExp): RuleValue =>
  scalar(
    says,
    { type: 'string', pattern: pattern.source },
    (value) => typeof value === 'string' && pattern.test(value),
  );

export const currencyCode: RuleValue = scalar(
  'an ISO 4217 currency code such as CAD',
  { type: 'string', pattern: '^[A-Z]{3}$' },
  (value) => typeof value === 'string' && /^[A-Z]{3}$/.test(value) && isISO4217CurrencyCode(value),
);

export const day: RuleValue = scalar('a day such as 2026-03-31', { type: 'string', format: 'date' }, isDay);

export const yesOrNo: RuleValue = scalar(
  'true or false',
  { type: 'boolean' },
  (value) => typeof value === 'boolean',
);

const MOST_IN_A_LIST = 100;

/** Different ones, in any order. */
export function listOf(item: RuleValue): RuleValue {
  const says = `a list of 1 to ${MOST_IN_A_LIST} different values, each ${item.says}`;
  return {
    says,
    schema: {
      type: 'array',
      items: item.schema,
      minItems: 1,
      maxItems: MOST_IN_A_LIST,
      uniqueItems: true,
    },
    faults: (value, path) => {
      const fits =
        Array.isArray(value) &&
        inRange(value.length, 1, MOST_IN_A_LIST) &&
        new Set(value).size === value.length;
      return fits ? faultsOfItems(value, item, path) : [mustBe(says, value, path)];
    },
  };
}

/** The lower and the upper end, both included. */
export function rangeOf(end: RuleValue): RuleValue {
  const says = `a list of the lower and the upper end, both included, each ${end.says}`;
  return {
    says,
    schema: { type: 'array', items: end.schema, minItems: 2, maxItems: 2 },
    faults: (value, path) => {
      if (!Array.isArray(value) || value.length !== 2) return [mustBe(says, value, path)];
      const faults = faultsOfItems(value, end, path);
      const [lower, upper] = value as [never, never];
      if (faults.length > 0 || lower <= upper) return faults;
      return [{ path, message: 'must have the lower end first' }];
    },
  };
}

const faultsOfItems = (items: readonly unknown[], { faults }: RuleValue, path: string): RuleFault[] =>
  items.flatMap((item, index) => faults(item, `${path}[${index}]`));
