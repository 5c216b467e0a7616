import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyReply, FastifyRequest } from './fastify-types.js';
import { sendProblem } from './problem.filter.js';
import { ofFastify } from './problem.mapping.js';
import { Problem } from './problem.js';

/** A URL that is no URL never reaches a route, nor the hooks. */
export function refuseBeforeRouting(
  error: Error & { code: string; statusCode?: number },
  request: FastifyRequest,
  reply: FastifyReply,
): void {
  sendProblem(ofFastify(error.code, error.statusCode ?? 400), request, reply);
}

/** What is not HTTP at all never becomes a request; only the socket is there to answer on. */
export function answerUnreadable(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const body = JSON.stringify(Problem.ofStatus(status).body());
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  if (socket.writable) socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  socket.destroySoon();
}
