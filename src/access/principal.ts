import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Actor } from '../event-store/envelope.js';
import type { Role } from './role.js';

/** Who is calling: an API key, or a person known to the OIDC issuer. */
export interface Principal {
  /** id of the API key; `oidc:<subject>` for a person, so that no subject can pass for a key, the clock or an import */
  readonly id: string;
  readonly role: Role;
  /** for people to read; never recorded with an event, which nobody could erase it from */
  readonly name: string;
}

const PRINCIPAL = Symbol('principal');
type WithPrincipal = { [PRINCIPAL]?: Principal };

export function setPrincipal(request: object, principal: Principal): void {
  (request as WithPrincipal)[PRINCIPAL] = principal;
}

/** @returns who makes a request; a route that demands a role always has one */
export function principalOf(request: object): Principal {
  const principal = (request as WithPrincipal)[PRINCIPAL];
  if (!principal) throw new Error('a public route has no principal');
  return principal;
}

/** The `Principal` of the call; only on routes that demand a role. */
export const CurrentPrincipal = createParamDecorator((_data: unknown, context: ExecutionContext) =>
  principalOf(context.switchToHttp().getRequest<object>()),
);

/** @returns what of a principal is recorded with an event */
export const actorOf = ({ id, role }: Principal): Actor => ({ id, role });
