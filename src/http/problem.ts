import { STATUS_CODES } from 'node:http';
import { PROBLEM_KINDS, type ProblemKind } from './problem-kinds.js';

/** One fault of a request: `path` leads to the field as `services.0.amountMinor`. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** The members of an answer (RFC 9457). `state` and `rule` come with illegal states, `requestId` with faults of ours. */
export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  detail?: string;
  instance?: string;
  errors?: readonly FieldError[];
  [member: string]: unknown;
}

interface More {
  readonly errors?: readonly FieldError[];
  /** further members of the answer */
  readonly members?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/** An answer that says what went wrong. Thrown anywhere below HTTP, sent as `application/problem+json`. */
export class Problem extends Error {
  private constructor(
    readonly status: number,
    readonly kind: ProblemKind | null,
    readonly detail: string | undefined,
    readonly more: More = {},
  ) {
    super(detail ?? STATUS_CODES[status], { cause: more.cause });
    this.name = 'Problem';
  }

  private static of(kind: ProblemKind, detail: string | undefined, more?: More): Problem {
    return new Problem(PROBLEM_KINDS[kind].status, kind, detail, more);
  }

  static badRequest(errors: readonly FieldError[], detail?: string): Problem {
    const said = detail ?? errors.map(({ path, message }) => `${path}: ${message}`)[0];
    return Problem.of('bad-request', said, { errors });
  }

  /** @param tokenSent whether there was a token at all, of which the challenge then says that it is not valid */
  static unauthenticated(detail: string, tokenSent = false): Problem {
    const challenge = tokenSent ? 'Bearer error="invalid_token"' : 'Bearer';
    return Problem.of('unauthenticated', detail, { headers: { 'WWW-Authenticate': challenge } });
  }

  static forbidden(detail: string): Problem {
    return Problem.of('forbidden', detail);
  }

  static unknown(detail: string): Problem {
    return Problem.of('unknown', detail);
  }

  static methodNotAllowed(method: string, allowed: readonly string[]): Problem {
    const allow = allowed.join(', ');
    return Problem.of('method-not-allowed', `${method} does not apply here; these do: ${allow}`, {
      headers: { Allow: allow },
    });
  }

  static notAcceptable(offered: readonly string[]): Problem {
    return Problem.of('not-acceptable', `this is to be had as ${offered.join(' or ')}`);
  }

  /** @param state what holds now, @param rule what forbids it, both in the words of the business */
  static illegalState(detail: string, more: { state?: string; rule?: string } = {}): Problem {
    return Problem.of('illegal-state', detail, { members: more });
  }

  static preconditionFailed(detail: string): Problem {
    return Problem.of('precondition-failed', detail);
  }

  static tooLarge(): Problem {
    return Problem.of('too-large', 'a request body is at most 1 MiB');
  }

  static unsupportedMediaType(types: readonly string[] = ['application/json']): Problem {
    return Problem.of('unsupported-media-type', `send the body as ${types.join(', ')}`);
  }

  static idempotencyKeyReused(): Problem {
    return Problem.of('idempotency-key-reused', 'this Idempotency-Key was used before, with another body');
  }

  static unavailable(retryAfterSeconds: number, detail: string, more: Omit<More, 'headers'> = {}): Problem {
    const headers = { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterSeconds))) };
    return Problem.of('unavailable', detail, { ...more, headers });
  }

  /** A fault of ours. Its cause goes to the log, never into the answer. */
  static internal(cause: unknown): Problem {
    return Problem.of('internal', undefined, { cause });
  }

  /** A status that needs no page of its own, such as 414 or 501. */
  static ofStatus(status: number, detail?: string): Problem {
    return new Problem(status, null, detail);
  }

  /** @param instance path of the request, without its query (which can hold a person's name) */
  body(instance?: string): ProblemBody {
    return {
      type: this.kind ? `/docs/problems#${this.kind}` : 'about:blank',
      title: this.kind ? PROBLEM_KINDS[this.kind].title : (STATUS_CODES[this.status] ?? 'Error'),
      status: this.status,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(instance === undefined ? {} : { instance }),
      ...(this.more.errors ? { errors: this.more.errors } : {}),
      ...this.more.members,
    };
  }
}
