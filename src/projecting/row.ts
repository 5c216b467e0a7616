import type { AnyTable, Row, Value } from './projection.js';

/** @returns the columns that a sum table adds up: all but its key */
export const summed = (table: AnyTable): string[] =>
  Object.keys(table.columns).filter((column) => !table.key.includes(column));

/** @returns one text for a row's key, equal exactly when the keys are; no column can hold the NUL that parts them */
export function keyOf(table: AnyTable, row: Row): string {
  return table.key.map((column) => String(row[column] as string | number | bigint | boolean)).join('\0');
}

/** @returns whether two rows hold the same values; JSON with its keys in another order counts as different */
export function sameRow(table: AnyTable, one: Row, other: Row): boolean {
  return Object.keys(table.columns).every((column) => {
    const a = one[column];
    const b = other[column];
    return a === b || (isObject(a) && isObject(b) && JSON.stringify(a) === JSON.stringify(b));
  });
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

/** @returns a + sign × b, of whole numbers of the same type; nothing counts as zero of b's type */
export function plus(a: Value | undefined, b: Value | undefined, sign: 1 | -1): number | bigint {
  if (typeof b === 'bigint') {
    const sum = a === undefined ? 0n : a;
    if (typeof sum === 'bigint') return sign === 1 ? sum + b : sum - b;
  }
  if (typeof b === 'number') {
    const sum = a === undefined ? 0 : a;
    if (typeof sum === 'number') return sum + sign * b;
  }
  throw new TypeError(`cannot add ${typeof b} to ${typeof a}`);
}
