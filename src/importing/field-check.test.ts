import { describe, expect, it } from '@jest/globals';
import { IsNotEmptyObject, validateSync, ValidateNested } from 'class-validator';
import fc from 'fast-check';
import { fieldsOf } from '../schema/fields.js';
import { fieldFaults } from './field-check.js';
import { lineTypes } from './line-format.js';

const value = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    '',
    ' ',
    'CAD',
    'high',
    'cleaning',
    'ada@example.com',
    'a\u0000b',
  ),
  fc.constantFrom<unknown>('2024-01-02T09:00:00Z', '2024-13-02T09:00:00Z', true, {}),
  fc.integer(),
  fc.double(),
  fc.string(),
  fc.uuid(),
  fc.array(fc.oneof(fc.string(), fc.constantFrom('vip', 'a'), fc.integer()), { maxLength: 4 }),
);

describe('the check of the fields of a line', () => {
  it.each(Object.entries(lineTypes))('finds in %s exactly what class-validator finds', (_, { details }) => {
    const names = fieldsOf(details).map(({ name }) => name);
    const data = fc.dictionary(fc.constantFrom(...names), value, { noNullPrototype: true });
    fc.assert(
      fc.property(data, (fields) => {
        const errors = validateSync(Object.assign(new details(), fields), { stopAtFirstError: true });
        expect(fieldFaults(details, fields)).toEqual(
          errors.flatMap(({ constraints }) => Object.values(constraints ?? {})),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('leaves to class-validator what is more than plain rules', () => {
    class Outer {
      @ValidateNested()
      @IsNotEmptyObject()
      inner!: object;
    }
    expect(fieldFaults(Outer, { inner: {} })).toEqual([expect.stringContaining('inner')]);
  });
});
