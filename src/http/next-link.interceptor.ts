import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import type { FastifyReply, FastifyRequest } from './fastify-types.js';

/** An answer with a `nextCursor` also links to the next page: the same address and parameters, with that cursor. */
@Injectable()
export class NextLinkInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const http = context.switchToHttp();
    return next.handle().pipe(
      tap((body: { nextCursor?: unknown } | null | undefined) => {
        if (typeof body?.nextCursor !== 'string') return;
        const target = nextTarget(http.getRequest<FastifyRequest>().url, body.nextCursor);
        http.getResponse<FastifyReply>().header('link', `<${target}>; rel="next"`);
      }),
    );
  }
}

/** @returns path and query of the next page */
export function nextTarget(url: string, cursor: string): string {
  const at = url.indexOf('?');
  const parameters = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  parameters.set('cursor', cursor);
  return `${at < 0 ? url : url.slice(0, at)}?${parameters.toString()}`;
}
