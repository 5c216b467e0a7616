import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type RemoteJWKSet } from 'jose';
import { Problem } from '../http/problem.js';
import type { OidcOptions } from './access-options.js';
import type { Principal } from './principal.js';
import { isRole, type Role } from './role.js';

/** Signatures that only the issuer can make. With HS256 our public knowledge of its keys would be enough to sign. */
const ASYMMETRIC = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
];

const TIMEOUT_MS = 5_000;

/** What jose throws of a token that is not good, as opposed to an issuer that does not answer. */
const BAD_TOKEN = [
  ...[errors.JWTExpired, errors.JWTClaimValidationFailed, errors.JWTInvalid, errors.JWSInvalid],
  ...[errors.JWSSignatureVerificationFailed, errors.JOSEAlgNotAllowed, errors.JOSENotSupported],
  ...[errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys],
];

/** Checks JWTs against an OIDC issuer, whose keys are found by discovery when the first token comes. */
export class OidcTokens {
  private keys: Promise<RemoteJWKSet> | undefined;

  constructor(private readonly options: OidcOptions) {}

  /**
   * @returns who the token speaks for
   * @throws Problem 401 for a token that is not good, 403 for one without a role, 503 if the issuer cannot be asked
   */
  async verify(token: string): Promise<Principal> {
    const { issuer, audience } = this.options;
    try {
      const { payload } = await jwtVerify(token, await this.issuerKeys(), {
        ...{ issuer, audience, algorithms: ASYMMETRIC, clockTolerance: 5 },
        requiredClaims: ['sub', 'exp'],
      });
      return principalOf(payload);
    } catch (error) {
      if (error instanceof Problem) throw error;
      if (BAD_TOKEN.some((type) => error instanceof type))
        throw Problem.unauthenticated('the token is not valid, or no longer', true);
      throw Problem.unavailable(10, 'the token’s issuer cannot be reached to check it', { cause: error });
    }
  }

  private issuerKeys(): Promise<RemoteJWKSet> {
    this.keys ??= this.discover().catch((error: unknown) => {
      this.keys = undefined;
      throw error;
    });
    return this.keys;
  }

  private async discover(): Promise<RemoteJWKSet> {
    const { issuer } = this.options;
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const answer = await fetch(address, { redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (!answer.ok) throw new Error(`the issuer's discovery answered ${answer.status}`);
    const { issuer: named, jwks_uri: keys } = (await answer.json()) as Record<string, unknown>;
    if (named !== issuer) throw new Error('the discovery document is of another issuer than OIDC_ISSUER');
    if (typeof keys !== 'string') throw new Error('the discovery document names no jwks_uri');
    return createRemoteJWKSet(new URL(keys), { timeoutDuration: TIMEOUT_MS });
  }
}

function principalOf(claims: JWTPayload): Principal {
  const { sub, name, preferred_username: username } = claims;
  if (typeof sub !== 'string' || sub === '' || sub.length > 255)
    throw Problem.unauthenticated('the token names nobody', true);
  const role = roleOf(claims);
  if (!role) throw Problem.forbidden('the token gives no role here: tenure_role or roles has to name one');
  const called = [name, username].find((text) => typeof text === 'string' && text !== '');
  return { id: `oidc:${sub}`, role, name: (called as string | undefined) ?? sub };
}

/** `tenure_role` decides where it is there; else the first of `roles` that is a role here. */
function roleOf({ tenure_role: own, roles }: JWTPayload): Role | undefined {
  if (own !== undefined) return isRole(own) ? own : undefined;
  return Array.isArray(roles) ? roles.find(isRole) : undefined;
}
