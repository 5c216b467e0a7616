import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiProduces } from '@nestjs/swagger';

/** In which media types a handler answers, and what its rows are if CSV is among them. */
export interface Representation {
  /** in the order of our preference */
  readonly types: readonly string[];
  readonly rows?: (body: never) => readonly object[];
  readonly columns?: readonly string[];
}

export const REPRESENTATION = 'tenure:representation';
export const JSON_ONLY: Representation = { types: ['application/json'] };

const itemsOf = ({ items }: { items: readonly object[] }) => items;

/**
 * Marks a list or a report: to be had as JSON, or as CSV with `Accept: text/csv`.
 * @param rows which part of the JSON answer are the rows; `items` unless told
 * @param options.columns the CSV's columns, where they must be the same also for no rows and for optional fields
 */
export const Rows = <Body>(
  rows?: (body: Body) => readonly object[],
  options: { columns?: readonly string[] } = {},
) => {
  const types = ['application/json', 'text/csv'];
  const representation: Representation = { types, rows: rows ?? itemsOf, columns: options.columns };
  return applyDecorators(SetMetadata(REPRESENTATION, representation), ApiProduces(...types));
};

/** Marks a handler that writes its answer itself (a stream, a page); `Accept` is only checked against these types. */
export const Writes = (...types: string[]) =>
  applyDecorators(SetMetadata(REPRESENTATION, { types } satisfies Representation), ApiProduces(...types));
