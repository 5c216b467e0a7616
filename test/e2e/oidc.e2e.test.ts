import { Controller, Get } from '@nestjs/common';
import { generateKeyPair, SignJWT, UnsecuredJWT, type JWTPayload } from 'jose';
import request from 'supertest';
import { CurrentPrincipal, type Principal } from '../../src/access/principal.js';
import { Roles } from '../../src/access/roles.js';
import { ADMIN_KEY, startHttpApp, type HttpApp } from '../support/http-app.js';
import { AUDIENCE, KEY_ID, startOidcIssuer, type OidcIssuer } from '../support/oidc-issuer.js';

@Controller('whoami')
class WhoAmI {
  @Roles('staff')
  @Get()
  who(@CurrentPrincipal() principal: Principal) {
    return principal;
  }
}

const startWith = (issuer: string) =>
  startHttpApp({
    controllers: [WhoAmI],
    access: { adminKey: ADMIN_KEY, oidc: { issuer, audience: AUDIENCE } },
  });

const callWith = (http: HttpApp, token: string) =>
  request(http.server).get('/api/v1/whoami').set('Authorization', `Bearer ${token}`);

describe('tokens of the OIDC issuer', () => {
  let issuer: OidcIssuer;
  let http: HttpApp;
  const call = (token: string) => callWith(http, token);
  const callAs = async (claims: JWTPayload) => call(await issuer.token(claims));

  beforeAll(async () => {
    issuer = await startOidcIssuer();
    http = await startWith(issuer.url);
  });
  afterAll(async () => {
    await http.close();
    await issuer.stop();
  });

  it('say who calls, apart from any key', async () => {
    const { body } = await callAs({ sub: 'auth0|7', tenure_role: 'staff', name: 'Ann Meier' });
    expect(body).toEqual({ id: 'oidc:auth0|7', role: 'staff', name: 'Ann Meier' });
  });

  it('get their role from tenure_role, or else from the first of roles that is one here', async () => {
    expect((await callAs({ roles: ['offline_access', 'admin', 'staff'] })).body.role).toBe('admin');
    expect((await callAs({ tenure_role: 'staff', roles: ['admin'] })).body.role).toBe('staff');
  });

  it('without a usable role are 403', async () => {
    for (const claims of [{}, { roles: [] }, { roles: 'staff' }, { tenure_role: 'root', roles: ['staff'] }]) {
      const answer = await callAs(claims);
      expect(answer.status).toBe(403);
      expect(answer.body.detail).toMatch(/no role/);
    }
    const wrong = await callAs({ tenure_role: 'analyst' });
    expect([wrong.status, wrong.body.detail]).toEqual([
      403,
      'the role analyst may not do this; admin, staff may',
    ]);
  });

  it('that are expired, not yet good, for others, of others or of nobody are 401', async () => {
    const now = Math.floor(Date.now() / 1000);
    const bad: JWTPayload[] = [
      { exp: now - 60 },
      { exp: undefined },
      { nbf: now + 60 },
      { aud: 'another' },
      { aud: undefined },
      { iss: 'http://127.0.0.1:1' },
      { sub: undefined },
      { sub: '' },
    ];
    for (const claims of bad) {
      const answer = await callAs({ tenure_role: 'admin', ...claims });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
    }
  });

  it('that anybody could have signed are 401', async () => {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: issuer.url, aud: AUDIENCE, sub: 'u1', exp: now + 60, tenure_role: 'admin' };
    const publicKey = new TextEncoder().encode(issuer.publicPem);
    const other = await generateKeyPair('RS256');
    const good = (await issuer.token(claims)).split('.');
    const changed = Buffer.from(JSON.stringify({ ...claims, sub: 'u2' })).toString('base64url');
    const forged = [
      new UnsecuredJWT(claims).encode(),
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: KEY_ID }).sign(publicKey),
      await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: KEY_ID }).sign(other.privateKey),
      await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: 'k2' }).sign(other.privateKey),
      [good[0], changed, good[2]].join('.'),
      `${good[0]}.${good[1]}.`,
      'a.b.c',
    ];
    for (const token of forged) expect((await call(token)).status).toBe(401);
  });

  it('do not take the place of API keys, which go on working', async () => {
    expect((await call(ADMIN_KEY)).body.role).toBe('admin');
  });
});

describe('an issuer that cannot be asked', () => {
  it('is 503 every time and not the caller’s fault, while API keys go on working', async () => {
    const issuer = await startOidcIssuer();
    const token = await issuer.token({ tenure_role: 'staff' });
    await issuer.stop();
    const http = await startWith(issuer.url);
    for (let i = 0; i < 2; i++) {
      const answer = await callWith(http, token);
      expect(answer.status).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(answer.text).not.toContain(issuer.url);
    }
    expect((await callWith(http, ADMIN_KEY)).status).toBe(200);
    await http.close();
  });

  it('is 503 as well if discovery names another one', async () => {
    const issuer = await startOidcIssuer('https://another.example');
    const http = await startWith(issuer.url);
    expect((await callWith(http, await issuer.token({ tenure_role: 'staff' }))).status).toBe(503);
    await http.close();
    await issuer.stop();
  });
});

describe('without an issuer configured', () => {
  it('a JWT is just a key that nobody has', async () => {
    const issuer = await startOidcIssuer();
    const http = await startHttpApp({ controllers: [WhoAmI] });
    expect((await callWith(http, await issuer.token({ tenure_role: 'admin' }))).status).toBe(401);
    await http.close();
    await issuer.stop();
  });
});
