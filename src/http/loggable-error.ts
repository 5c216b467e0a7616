export interface LoggableError {
  name: string;
  message?: string;
  code?: string;
  constraint?: string;
  at: string[];
  cause?: LoggableError;
}

/** Their messages quote what was sent: a value that is no uuid, the text around a syntax error. */
const QUOTING = new Set(['QueryFailedError', 'error', 'DatabaseError', 'SyntaxError', 'EntityNotFoundError']);

/**
 * What of an error may be logged: where it happened and what kind it is. Bodies, parameters and the rows of a failed
 * statement stay out, and so do the messages of errors that quote them.
 */
export function withoutData(error: unknown, depth = 0): LoggableError {
  if (!(error instanceof Error)) return { name: typeof error, at: [] };
  const { code, constraint, driverError } = error as Error & Record<string, unknown>;
  const inner = driverError ?? error.cause;
  return {
    name: error.name,
    ...(QUOTING.has(error.name) ? {} : { message: error.message }),
    ...(typeof code === 'string' ? { code } : {}),
    ...(typeof constraint === 'string' ? { constraint } : {}),
    at: framesOf(error),
    ...(inner instanceof Error && depth < 3 ? { cause: withoutData(inner, depth + 1) } : {}),
  };
}

/** The first line of a stack repeats the message, which may run over several; only the frames are taken. */
function framesOf(error: Error): string[] {
  const frames = (error.stack ?? '').split('\n').filter((line) => /^ {4}at /.test(line));
  return frames.slice(0, 12).map((line) => line.trim().slice(3));
}
