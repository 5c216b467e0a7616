import { hash } from 'node:crypto';
import canonicalModule from 'canonicalize';
import type { Envelope } from './envelope.js';

// The package is CommonJS whose types say ESM: under Node its default export arrives one level deep only in the types.
const canonicalize = canonicalModule as unknown as (value: unknown) => string | undefined;

export interface StoredForm {
  stream: string;
  revision: number;
  id: string;
  type: string;
  data: unknown;
  metadata: Omit<Envelope, 'hash'>;
}

/**
 * The link of the hash chain: SHA-256, in hex, over the canonical JSON (RFC 8785) of an event as it is stored, with the
 * hash of the event before it inside its metadata. Changing, dropping or moving any event breaks every later link.
 */
export function hashOf(stored: StoredForm): string {
  return sha256(stored);
}

/** SHA-256, in hex, over the canonical JSON of any value; equal values give equal hashes whatever their key order. */
export function sha256(value: unknown): string {
  return hash('sha256', canonicalize(value) ?? '');
}
