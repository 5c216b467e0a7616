import type { FastifyRequest } from './fastify-types.js';

/** @returns the path of a request target, without query and fragment */
export const pathOf = (url: string): string => url.split(/[?#]/, 1)[0] ?? url;

/** @returns the route as it was declared, such as `/api/v1/clients/:id`: what a log may say of where a call went */
export const routeOf = (request: FastifyRequest): string =>
  (request.is404 ? undefined : request.routeOptions?.url) ?? '(no route)';
