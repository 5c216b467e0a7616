import { DatabaseError } from 'pg';

/** What went wrong lies in a projection's handlers or in what they gave; trying again will not help. */
export class HandlerFault extends Error {
  constructor(cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.name = 'HandlerFault';
  }
}

/** Runs code of a projection, which is pure: whatever it throws is its own fault. */
export function faultIn<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new HandlerFault(error);
  }
}

// data exception, integrity constraint, syntax or missing object, unsupported, program limit, raised by a trigger
const OF_THE_DATA = /^(22|23|42|0A|54|P0)/;

/** @returns whether it is the projection that failed, rather than a connection or the server, which comes back */
export const isFault = (error: unknown): boolean =>
  error instanceof HandlerFault || (error instanceof DatabaseError && OF_THE_DATA.test(error.code ?? ''));
