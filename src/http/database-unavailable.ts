/** SQLSTATEs of a PostgreSQL that is going, coming, full, or no longer the one to write to. */
const STATES = /^(08...|57P0[1-4]|53...|25006)$/;

const SYSTEM_CODES = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT'],
  ...['EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'],
]);

/** node-postgres gives its own connection faults no code; their words are all there is to know them by. */
const MESSAGES =
  /^(Connection terminated|Client has encountered a connection error|Client was closed|timeout exceeded when trying to connect|timeout expired|Cannot use a pool after calling end|Driver not Connected)/;

/** @returns whether an error says that PostgreSQL cannot be reached or used now, rather than that a query was wrong */
export function isDatabaseUnavailable(error: unknown, depth = 0): boolean {
  if (!(error instanceof Error) || depth > 4) return false;
  const { code, driverError } = error as { code?: unknown; driverError?: unknown };
  if (typeof code === 'string' && (STATES.test(code) || SYSTEM_CODES.has(code))) return true;
  if (MESSAGES.test(error.message)) return true;
  // TypeORM wraps the driver's error; Node joins those of several addresses of one host.
  const inner = [
    driverError,
    error.cause,
    ...(error instanceof AggregateError ? (error.errors as unknown[]) : []),
  ];
  return inner.some((one) => isDatabaseUnavailable(one, depth + 1));
}
