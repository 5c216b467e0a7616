import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from '../http/fastify-types.js';
import { Problem } from '../http/problem.js';
import { ApiKeys } from './api-keys.service.js';
import { OidcTokens } from './oidc-tokens.js';
import { setPrincipal, type Principal } from './principal.js';
import { ACCESS, withAdmin, type Access } from './roles.js';

const JWT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** Who calls, and whether they may. A route that says nothing about access is closed to everybody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly apiKeys: ApiKeys,
    @Inject(OidcTokens) private readonly oidcTokens: OidcTokens | null,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const principal = await this.authenticate(request.headers.authorization);
    if (access === undefined) throw Problem.forbidden('this route is open to no role');
    const allowed = withAdmin(access);
    if (!allowed.includes(principal.role))
      throw Problem.forbidden(`the role ${principal.role} may not do this; ${allowed.join(', ')} may`);
    setPrincipal(request, principal);
    return true;
  }

  private async authenticate(authorization: string | undefined): Promise<Principal> {
    if (authorization === undefined) throw Problem.unauthenticated('send Authorization: Bearer <token>');
    const token = /^bearer +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw Problem.unauthenticated('the only scheme is Bearer, with one token', true);
    if (this.oidcTokens && JWT.test(token)) return this.oidcTokens.verify(token);
    const principal = await this.apiKeys.find(token);
    if (!principal) throw Problem.unauthenticated('the token is not a valid API key, or no longer', true);
    return principal;
  }
}
