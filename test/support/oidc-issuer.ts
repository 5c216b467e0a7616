import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from 'jose';

/** An OIDC issuer on a free port: discovery, its key set, and tokens signed with its key. */
export interface OidcIssuer {
  readonly url: string;
  readonly privateKey: CryptoKey;
  /** the public key as PEM, which anybody can have */
  readonly publicPem: string;
  /** @returns a token of this issuer, good for five minutes unless the claims say otherwise */
  token(claims: JWTPayload): Promise<string>;
  stop(): Promise<void>;
}

export const AUDIENCE = 'tenure';
export const KEY_ID = 'k1';

/** @param named what discovery says the issuer is; its own URL unless told */
export async function startOidcIssuer(named?: string): Promise<OidcIssuer> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const jwk = { ...(await exportJWK(publicKey)), kid: KEY_ID, use: 'sig' };
  let url = '';
  const server: Server = createServer((request, response) => {
    const documents: Record<string, unknown> = {
      '/.well-known/openid-configuration': { issuer: named ?? url, jwks_uri: `${url}/keys` },
      '/keys': { keys: [jwk] },
    };
    const document = documents[request.url ?? ''];
    response.writeHead(document ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    privateKey,
    publicPem: await exportSPKI(publicKey),
    token: (claims) => {
      const now = Math.floor(Date.now() / 1000);
      const defaults = { iss: url, aud: AUDIENCE, sub: 'u1', iat: now, exp: now + 300 };
      return new SignJWT({ ...defaults, ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: KEY_ID })
        .sign(privateKey);
    },
    stop: () =>
      new Promise((resolve, reject) => {
        server.closeAllConnections();
        server.close((error) => (error ? reject(error) : resolve()));
      }),
  };
}
