import { ApiProperty } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayUnique,
  IsArray,
  IsEmail,
  IsIn,
  IsInt,
  IsISO4217CurrencyCode,
  IsString,
  IsUUID,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { parseInstant } from './instant.js';

/**
 * The vocabulary of fields. One decorator on a property gives its validation (class-validator), its OpenAPI schema,
 * its line in the generated event reference, and whether it is personal. A request body and the event it leads to share
 * one class of such fields, so that a field is declared once.
 */
export interface FieldOptions {
  /** what it means, in the reader's words */
  about: string;
  /** absent is allowed; null is not (leave the field out instead) */
  optional?: boolean;
  /** names, contacts, addresses, free text: never shown to an analyst, never logged */
  personal?: boolean;
  example?: unknown;
}

/** What is known of a field: the event reference prints it, and stored shapes are held against it. */
export interface FieldDescription {
  name: string;
  kind: string;
  about: string;
  optional: boolean;
  personal: boolean;
  example?: unknown;
  /** JSON schema of its value */
  schema: { readonly type?: string; readonly minimum?: number; readonly enum?: readonly string[] };
}

const described = new WeakMap<object, Map<string, FieldDescription>>();

export function field(kind: string, options: FieldOptions, schema: object, rules: PropertyDecorator[]) {
  return (target: object, property: string | symbol): void => {
    const { about, optional = false, personal = false, example } = options;
    const own = described.get(target) ?? new Map<string, FieldDescription>();
    own.set(String(property), { name: String(property), kind, about, optional, personal, example, schema });
    described.set(target, own);
    const applied = [...rules, ApiProperty({ description: about, required: !optional, example, ...schema })];
    // Only an absent field skips the rules. IsOptional would let null through as well, and null means nothing here.
    if (optional) applied.push(ValidateIf((_object, value) => value !== undefined));
    for (const rule of applied) rule(target, property);
  };
}

/** What PostgreSQL can hold as text or in JSON. Nothing printable is lost by refusing the rest. */
const STORABLE = /^[^\0\p{Surrogate}]*$/u;
/** The same, and not blank. */
export const STORABLE_WORDS = /^(?=.*\S)[^\0\p{Surrogate}]*$/su;

/** Text with something in it, at most `max` characters (200 unless told). */
export const Text = (options: FieldOptions & { max?: number }) => {
  const max = options.max ?? 200;
  return field('text', options, { type: 'string', minLength: 1, maxLength: max }, [
    IsString(),
    MinLength(1),
    MaxLength(max),
    Matches(/\S/, { message: ({ property }) => `${property} must not be blank` }),
    Matches(STORABLE, {
      message: ({ property }) => `${property} must not contain NUL characters or half surrogate pairs`,
    }),
  ]);
};

export const Email = (options: FieldOptions) =>
  field('e-mail', options, { type: 'string', format: 'email' }, [IsEmail(), MaxLength(254)]);

export const Uuid = (options: FieldOptions) =>
  field('uuid', options, { type: 'string', format: 'uuid' }, [
    Transform(({ value }) => (typeof value === 'string' ? value.toLowerCase() : (value as unknown))),
    IsUUID('all'),
  ]);

/** An ISO 8601 instant with its zone; handed on in canonical UTC form. */
export const InstantField = (options: FieldOptions) =>
  field('instant', options, { type: 'string', format: 'date-time' }, [
    Transform(({ value }) => parseInstant(value) ?? (value as unknown)),
    ValidateBy({
      name: 'isInstant',
      validator: {
        validate: (value) => parseInstant(value) !== null,
        defaultMessage: (a) =>
          `${a?.property} must be an ISO 8601 instant with a zone, such as 2024-01-02T09:00:00Z`,
      },
    }),
  ]);

export const WholeNumber = (options: FieldOptions & { min: number; max: number }) =>
  field('whole number', options, { type: 'integer', minimum: options.min, maximum: options.max }, [
    IsInt(),
    Min(options.min),
    Max(options.max),
  ]);

/** An amount of money in minor units (cents). Signed amounts are facts of their own (refunds), so it is never negative. */
export const MinorUnits = (options: FieldOptions) =>
  WholeNumber({ example: 8200, ...options, min: 0, max: 1_000_000_000_000 });

export const Currency = (options: FieldOptions) =>
  field('currency', { example: 'CAD', ...options }, { type: 'string', pattern: '^[A-Z]{3}$' }, [
    IsISO4217CurrencyCode(),
  ]);

export const OneOf = (choices: readonly string[], options: FieldOptions) =>
  field(choices.join(' | '), options, { type: 'string', enum: [...choices] }, [IsIn([...choices])]);

/** A list of distinct short texts. */
export const Texts = (options: FieldOptions & { max?: number; pattern?: RegExp; patternSays?: string }) =>
  field('list of text', options, { type: 'array', items: { type: 'string', maxLength: options.max ?? 80 } }, [
    IsArray(),
    ArrayMaxSize(50),
    ArrayUnique(),
    IsString({ each: true }),
    MinLength(1, { each: true }),
    MaxLength(options.max ?? 80, { each: true }),
    Matches(options.pattern ?? STORABLE_WORDS, {
      each: true,
      message: ({ property }) =>
        `each value in ${property} must be ${options.patternSays ?? 'text that is not blank'}`,
    }),
  ]);

/** @returns the declared fields of a class, inherited ones first, in the order they are written */
export function fieldsOf(type: new () => object): FieldDescription[] {
  const chain: object[] = [];
  for (
    let proto = type.prototype as object;
    proto !== Object.prototype;
    proto = Object.getPrototypeOf(proto) as object
  ) {
    chain.unshift(proto);
  }
  return [...new Map(chain.flatMap((proto) => [...(described.get(proto) ?? [])])).values()];
}
