import { ApiResponse } from '@nestjs/swagger';
import type { FastifyReply } from '../src/http/fastify-types.js';

/** What there is of a client that was merged into another: where it lives on. */
export class MovedClient {
  constructor(readonly survivorId: string) {}
}

/** A merge can be undone, so the address is another one for the time being only: 307. */
export const DocumentsMove = () =>
  ApiResponse({
    status: 307,
    description: 'The client was merged into another one: `Location` leads to the same there',
    headers: { Location: { schema: { type: 'string' } } },
  });

/** Sends whoever asks for a merged client to the survivor, with the same question. @returns the body that says so */
export function sentOn(reply: FastifyReply, { survivorId }: MovedClient): { mergedInto: string } {
  const url = reply.request.url.replace(/\/clients\/[^/?]+/, `/clients/${survivorId}`);
  void reply.status(307).header('Location', url);
  return { mergedInto: survivorId };
}
