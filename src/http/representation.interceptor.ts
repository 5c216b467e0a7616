import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { map, type Observable } from 'rxjs';
import { preferredType } from './accept.js';
import { toCsv } from './csv.js';
import type { FastifyReply, FastifyRequest } from './fastify-types.js';
import { Problem } from './problem.js';
import { JSON_ONLY, REPRESENTATION, type Representation } from './representation.js';

/** Answers in the type the caller asks for, and refuses before anything is done if there is no such type (406). */
@Injectable()
export class RepresentationInterceptor implements NestInterceptor {
  constructor(private readonly reflector: Reflector) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { types, rows, columns } =
      this.reflector.getAllAndOverride<Representation | undefined>(REPRESENTATION, [
        context.getHandler(),
        context.getClass(),
      ]) ?? JSON_ONLY;
    const http = context.switchToHttp();
    const type = preferredType(http.getRequest<FastifyRequest>().headers.accept, types);
    if (type === null) throw Problem.notAcceptable(types);
    if (!rows) return next.handle();
    const reply = http.getResponse<FastifyReply>().header('vary', 'accept');
    if (type !== 'text/csv') return next.handle();
    return next.handle().pipe(
      map((body: unknown) => {
        reply.header('content-type', 'text/csv; charset=utf-8; header=present');
        return toCsv(rows(body as never), columns);
      }),
    );
  }
}
