import type { HttpServer } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';

type Adapter = ReturnType<NestFastifyApplication['getHttpAdapter']>;
type Parts =
  Adapter extends HttpServer<infer Request, infer Reply, infer Instance> ? [Request, Reply, Instance] : never;

/** Fastify's own types, taken from the adapter that brings Fastify along: one version of it, whatever Nest pins. */
export type FastifyRequest = Parts[0];
export type FastifyReply = Parts[1];
export type FastifyInstance = Parts[2];
