/** What stands in the place of a personal value once its owner was forgotten: a value of its own, not an empty one. */
export interface Forgotten {
  readonly forgotten: true;
}

export const FORGOTTEN: Forgotten = Object.freeze({ forgotten: true });

/** A personal value as it comes back from the store. */
export type Personal = string | Forgotten;

/** @returns the value, or null where there is none or it was forgotten: what a column of a read model holds */
export function remembered(value: Personal | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
