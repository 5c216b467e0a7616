interface Kind {
  readonly status: number;
  readonly title: string;
  /** what the caller should make of it; printed on the page that the type refers to */
  readonly about: string;
}

/** Every kind of problem the API answers with. The keys are part of the API: they stand in `type`, for ever. */
export const PROBLEM_KINDS = {
  'bad-request': {
    status: 400,
    title: 'The request is malformed',
    about:
      'Something in the path, the query, a header or the body is not as it has to be. `errors` lists each fault with the path of its field. Sending the same request again gives the same answer.',
  },
  unauthenticated: {
    status: 401,
    title: 'No valid token',
    about:
      'The call needs `Authorization: Bearer <token>` with an API key that is not revoked, or with an unexpired JWT of the configured issuer.',
  },
  forbidden: {
    status: 403,
    title: 'The role does not allow this',
    about: 'The token is good, but its role may not make this call. `detail` says which roles may.',
  },
  unknown: {
    status: 404,
    title: 'There is no such thing',
    about: 'Nothing of this id or at this address exists, or it is not for this caller to know that it does.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method does not apply here',
    about: 'The address exists, but not for this method. The `Allow` header lists those it has.',
  },
  'not-acceptable': {
    status: 406,
    title: 'No such representation',
    about: 'None of the media types in `Accept` is to be had here. `detail` lists those that are.',
  },
  'illegal-state': {
    status: 409,
    title: 'Not in this state',
    about:
      'The request is well formed, but a rule forbids it in the present state. `state` and `rule` name both.',
  },
  'precondition-failed': {
    status: 412,
    title: 'It has moved on',
    about: 'The revision in `If-Match` is no longer the current one. Read again, then decide again.',
  },
  'too-large': {
    status: 413,
    title: 'The body is too large',
    about: 'A request body is at most 1 MiB. Bulk data goes through the import, which streams.',
  },
  'unsupported-media-type': {
    status: 415,
    title: 'The body is of an unsupported type',
    about: 'Commands are JSON: send `Content-Type: application/json`.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The idempotency key belongs to another request',
    about: 'The key was used before with another body. A new request needs a new key.',
  },
  internal: {
    status: 500,
    title: 'A fault of ours',
    about:
      'Nothing the caller did. The log has the cause under the request id, which the answer names. A command can be sent again safely with the same `Idempotency-Key`.',
  },
  unavailable: {
    status: 503,
    title: 'Not available at the moment',
    about:
      'Something this call depends on is down, or has not caught up within the time given. `Retry-After` says in how many seconds to try again; a command should repeat its `Idempotency-Key`.',
  },
} as const satisfies Record<string, Kind>;

export type ProblemKind = keyof typeof PROBLEM_KINDS;
