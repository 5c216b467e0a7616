import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import { FORGOTTEN } from './forgotten.js';
import type { SubjectKey } from './subject-keys.js';

/** The member of stored data under which personal fields lie sealed. No field can have this name. */
export const SEALED = '$personal';

/** Personal fields as stored: their names in clear, their values in one ciphertext. */
export interface SealedFields {
  readonly fields: readonly string[];
  /** base64 of nonce, ciphertext and tag (AES-256-GCM) */
  readonly sealed: string;
}

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * @param key 32 bytes
 * @param place binds the ciphertext to where it stands, so that it cannot pass for that of another event
 */
export function seal(key: Buffer, place: string, values: Readonly<Record<string, unknown>>): SealedFields {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(place));
  const sealed = Buffer.concat([nonce, cipher.update(JSON.stringify(values), 'utf8'), cipher.final()]);
  return {
    fields: Object.keys(values),
    sealed: Buffer.concat([sealed, cipher.getAuthTag()]).toString('base64'),
  };
}

/** @throws Error if key, place or ciphertext do not belong together */
function open(key: Buffer, place: string, { sealed }: SealedFields): Record<string, unknown> {
  const bytes = Buffer.from(sealed, 'base64');
  const decipher = createDecipheriv(ALGORITHM, key, bytes.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(place))
    .setAuthTag(bytes.subarray(-TAG_BYTES));
  const text =
    decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
  return JSON.parse(text) as Record<string, unknown>;
}

/** @returns where an event stands, for sealing */
export const placeOf = (stream: string, eventId: string, type: string): string =>
  `${stream}/${eventId}/${type}`;

/**
 * @param key as fetched: destroyed, each field is FORGOTTEN
 * @throws Error where there is no key in this database, which is not the same as forgotten
 */
export function openedOrForgotten(
  key: SubjectKey | undefined,
  place: string,
  sealed: SealedFields,
): Record<string, unknown> {
  if (key === null) return Object.fromEntries(sealed.fields.map((name) => [name, FORGOTTEN]));
  if (!Buffer.isBuffer(key)) throw new Error('there is no key to its personal data in this database');
  return open(key, place, sealed);
}
