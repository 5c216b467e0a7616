import { v4 as uuidv4, v5 as uuidv5 } from 'uuid';
import type { CommandContext } from '../event-store/envelope.js';
import { sha256 } from '../event-store/hash-chain.js';
import type { Caller } from './caller.js';

/** Names of ids that follow from an idempotency key. */
const IDEMPOTENCY_KEYS = '3c9d5f0e-7a43-4b63-9d0b-2f3f6f1b8a11';

/** @returns the id that follows from a caller's key, the same whenever it is sent; a fresh one without a key */
export function idFrom(caller: Caller, purpose: string): string {
  // A key is the caller's own: two callers that both count from 1 do not meet.
  return caller.idempotencyKey === undefined
    ? uuidv4()
    : uuidv5(JSON.stringify([caller.actor.id, purpose, caller.idempotencyKey]), IDEMPOTENCY_KEYS);
}

/**
 * What a command that came over HTTP knows of itself.
 * @param stream that it is for: under one key, a caller can send a command to each of several streams
 * @param request what the caller sent, told apart from a retry by its fingerprint; defaults of ours are no part of it
 */
export function contextOf(
  stream: string,
  kind: string,
  caller: Caller,
  request: object,
  fingerprint = sha256({ kind, request }),
): CommandContext {
  return {
    commandId: idFrom(caller, stream),
    correlationId: caller.requestId,
    causationId: caller.requestId,
    fingerprint,
    actor: caller.actor,
    source: 'api',
  };
}
