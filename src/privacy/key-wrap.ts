import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { MasterKey } from './master-keys.js';

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const ALGORITHM = 'aes-256-gcm';

export const newKey = (): Buffer => randomBytes(KEY_BYTES);

/** @param owner whose key it is, bound in, so that no key can be put in another's place */
export const wrap = ({ key: master }: MasterKey, owner: string, key: Buffer): Buffer =>
  encrypt(master, owner, key);

/** @throws Error if master key, owner and wrapped key do not belong together */
export const unwrap = ({ key: master }: MasterKey, owner: string, wrapped: Buffer): Buffer =>
  decrypt(master, owner, wrapped);

/**
 * AES-256-GCM.
 * @param key 32 bytes
 * @param place binds the ciphertext to where it stands
 * @returns nonce, ciphertext and tag
 */
export function encrypt(key: Buffer, place: string, clear: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(Buffer.from(place));
  return Buffer.concat([nonce, cipher.update(clear), cipher.final(), cipher.getAuthTag()]);
}

/** @throws Error if key, place and ciphertext do not belong together */
export function decrypt(key: Buffer, place: string, sealed: Buffer): Buffer {
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES))
    .setAAD(Buffer.from(place))
    .setAuthTag(sealed.subarray(-TAG_BYTES));
  return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
}
