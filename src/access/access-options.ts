import type { Config } from '../config.js';

export const ACCESS_OPTIONS = Symbol('access options');

/**
 * - `adminKey`: the first admin key; without it one is made at the first start
 * - `oidc`: whose JWTs are accepted besides API keys
 */
export type AccessOptions = Pick<Config, 'adminKey' | 'oidc'>;
export type OidcOptions = NonNullable<Config['oidc']>;
