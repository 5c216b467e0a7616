import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsNumber,
  IsUUID,
  Max,
  Min,
  ValidateBy,
} from 'class-validator';
import { field, type FieldOptions } from './fields.js';

/** Yes or no. */
export const Flag = (options: FieldOptions) =>
  field('yes or no', options, { type: 'boolean' }, [IsBoolean()]);

/** A number with at most two decimals. */
export const Decimal = (options: FieldOptions & { min: number; max: number }) =>
  field('number', options, { type: 'number', minimum: options.min, maximum: options.max }, [
    IsNumber({ maxDecimalPlaces: 2 }),
    Min(options.min),
    Max(options.max),
  ]);

/** A list of distinct ids. */
export const Uuids = (options: FieldOptions) =>
  field(
    'list of uuids',
    { example: ['6f1c2d2e-1111-4222-8333-444455556666'], ...options },
    { type: 'array', items: { type: 'string', format: 'uuid' } },
    [IsArray(), ArrayMaxSize(200), ArrayUnique(), IsUUID('all', { each: true })],
  );

const DAY = /^\d{4}-\d{2}-\d{2}$/;
export const isDay = (value: unknown): boolean =>
  typeof value === 'string' &&
  DAY.test(value) &&
  !Number.isNaN(Date.parse(value)) &&
  new Date(value).toISOString().startsWith(value);

/** A calendar day without a zone, such as the day on which a warranty ends. */
export const Day = (options: FieldOptions) =>
  field('day', { example: '2026-03-31', ...options }, { type: 'string', format: 'date' }, [
    ValidateBy({
      name: 'isDay',
      validator: {
        validate: isDay,
        defaultMessage: (a) => `${a?.property} must be a day such as 2026-03-31`,
      },
    }),
  ]);

export const LONGEST_WINDOW_DAYS = 36_500;

const isDaysByName = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  Object.keys(value).length <= 200 &&
  Object.entries(value).every(
    ([name, days]) =>
      /\S/.test(name) &&
      name.length <= 120 &&
      Number.isInteger(days) &&
      (days as number) >= 1 &&
      (days as number) <= LONGEST_WINDOW_DAYS,
  );

/** Days by a name: how long each of a number of things takes. */
export const DaysByName = (options: FieldOptions) =>
  field(
    'days by name',
    options,
    { type: 'object', additionalProperties: { type: 'integer', minimum: 1, maximum: LONGEST_WINDOW_DAYS } },
    [
      ValidateBy({
        name: 'isDaysByName',
        validator: {
          validate: isDaysByName,
          defaultMessage: (a) =>
            `${a?.property} must name at most 200 things, each with whole days from 1 to ${LONGEST_WINDOW_DAYS}`,
        },
      }),
    ],
  );
