import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsBoolean,
  IsIn,
  IsInt,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { field, type FieldOptions, STORABLE_WORDS } from './fields.js';

/** Fields of a query string, where everything arrives as text. The other kinds of fields.ts serve there as they are. */

/** @param options.initially the value when the parameter is not given (set it on the property too) */
export const QueryInteger = (options: FieldOptions & { min: number; max: number; initially?: number }) => {
  const { min, max, initially } = options;
  const says = ({ property }: { property: string }) =>
    `${property} must be a whole number from ${min} to ${max}`;
  return field(
    'whole number',
    { ...options, optional: options.optional ?? initially !== undefined },
    { type: 'integer', minimum: min, maximum: max, default: initially },
    [
      Transform(({ value }) =>
        typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : (value as unknown),
      ),
      IsInt({ message: says }),
      Min(min, { message: says }),
      Max(max, { message: says }),
    ],
  );
};

/** `true` or `false`, spelled out. */
export const QueryFlag = (options: FieldOptions) =>
  field('flag', options, { type: 'boolean' }, [
    Transform(({ value }) => (value === 'true' ? true : value === 'false' ? false : (value as unknown))),
    IsBoolean({ message: ({ property }) => `${property} must be true or false` }),
  ]);

export const LIST_KIND = 'list of text';

/** Several distinct values: `kind=a,b` or `kind=a&kind=b`. Becomes an array. */
export const QueryList = (options: FieldOptions & { choices?: readonly string[]; max?: number }) => {
  const { choices, max = 50 } = options;
  const items = choices ? { type: 'string', enum: [...choices] } : { type: 'string', maxLength: 200 };
  const says = ({ property }: { property: string }) =>
    choices
      ? `each value of ${property} must be one of ${choices.join(', ')}`
      : `each value of ${property} must be text of 1 to 200 characters`;
  return field(LIST_KIND, options, { type: 'array', items, maxItems: max, explode: false }, [
    Transform(({ value }) =>
      typeof value === 'string' || Array.isArray(value)
        ? [value as string | string[]].flat().flatMap((text) => String(text).split(','))
        : (value as unknown),
    ),
    ArrayMaxSize(max),
    ArrayUnique({ message: ({ property }) => `${property} names a value twice` }),
    ...(choices
      ? [IsIn([...choices], { each: true, message: says })]
      : [
          IsString({ each: true }),
          Matches(STORABLE_WORDS, { each: true, message: says }),
          MaxLength(200, { each: true }),
        ]),
  ]);
};

export const Cursor = (options: FieldOptions) =>
  field('cursor', options, { type: 'string' }, [
    MaxLength(4000),
    Matches(/^[\w-]+$/, { message: ({ property }) => `${property} is not one this API gave out` }),
  ]);
