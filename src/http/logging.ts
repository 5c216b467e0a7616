import { ConsoleLogger, Logger, type LogLevel } from '@nestjs/common';
import type { Config } from '../config.js';
import type { FastifyInstance } from './fastify-types.js';
import { routeOf } from './request-path.js';

const NEST_LEVELS: Record<Config['logLevel'], LogLevel> = {
  fatal: 'fatal',
  error: 'error',
  warn: 'warn',
  info: 'log',
  debug: 'debug',
};

/** @returns the logger of the whole process; given to Nest, it is where Nest's static Logger writes to as well */
export function createLogger({ logLevel, logFormat }: Pick<Config, 'logLevel' | 'logFormat'>): ConsoleLogger {
  const levels = Object.values(NEST_LEVELS);
  return new QuietAtStart({
    logLevels: levels.slice(0, levels.indexOf(NEST_LEVELS[logLevel]) + 1),
    json: logFormat === 'json',
    colors: logFormat === 'pretty' && process.stdout.isTTY,
    compact: true,
    prefix: 'Tenure',
  });
}

/** What Nest says of every module and route as it starts is of no interest but to who debugs that. */
class QuietAtStart extends ConsoleLogger {
  private static readonly CHATTER = [
    'InstanceLoader',
    'RouterExplorer',
    'RoutesResolver',
    'NestFactory',
    'NestApplication',
  ];

  override log(message: unknown, ...more: unknown[]): void {
    if (QuietAtStart.CHATTER.includes(more.at(-1) as string)) this.debug(message, ...more);
    else super.log(message, ...more);
  }
}

/**
 * One line a request, at debug: a busy API should not spend its time on writing them. The route pattern stands for the
 * URL, in which ids and search texts would say who was looked up.
 */
export function logRequests(fastify: FastifyInstance): void {
  const logger = new Logger('Request');
  fastify.addHook('onResponse', (request, reply, done) => {
    if (Logger.isLevelEnabled('debug')) {
      logger.debug('answered', {
        requestId: request.id,
        method: request.method,
        route: routeOf(request),
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      });
    }
    done();
  });
}
