import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import type { Role } from './role.js';

export const ACCESS = 'tenure:access';
/** The roles that may call; `public` for a route without authentication. */
export type Access = readonly Role[] | 'public';

/** Which roles may call a handler, or all handlers of a controller (a handler's own mark wins). `admin` always may. */
export const Roles = (...roles: Role[]) =>
  applyDecorators(SetMetadata(ACCESS, roles satisfies Access), ApiExtension('x-roles', withAdmin(roles)));

/** No token needed: health and documentation, nothing else. */
export const Public = () =>
  applyDecorators(SetMetadata(ACCESS, 'public' satisfies Access), ApiExtension('x-roles', []));

export const withAdmin = (roles: readonly Role[]): Role[] => [...new Set<Role>(['admin', ...roles])];
