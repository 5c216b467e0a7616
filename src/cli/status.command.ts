import { statusOf } from './catch-up.js';
import type { Session } from './session.js';

/** `status`: where the servers are, and how far the read models have come. @returns 0, or 1 if a projection is paused */
export async function runStatus(session: Session, out: NodeJS.WritableStream): Promise<number> {
  const { config, runtime } = session;
  const where = (configured: string | undefined) =>
    configured ? 'as configured' : `embedded, under ${config.dataDir}`;
  out.write(`Event store    ${where(config.eventStoreUrl)}\n`);
  out.write(`PostgreSQL     ${where(config.databaseUrl)}\n`);
  out.write(`Tenure         ${runtime.owner ? 'not running beside this command' : 'running'}\n\n`);
  const states = await statusOf(session);
  for (const { name, version, state, position, recordedAt, lag, failure, filling } of states) {
    const behind =
      lag === null
        ? 'lag unknown'
        : lag.events === 0
          ? 'up to date'
          : `${lag.events}${lag.orMore ? '+' : ''} events behind`;
    const at = position === null ? 'nothing yet' : `position ${position}, recorded ${recordedAt}`;
    out.write(`${`${name} v${version}`.padEnd(24)}${state.padEnd(9)}${behind.padEnd(20)}${at}\n`);
    if (filling)
      out.write(
        `  filling ${filling.table}, ${Math.round(filling.share * 100)} % done, with ${filling.with.join(', ')}\n`,
      );
    if (failure) out.write(`  paused at event ${failure.eventId}: ${failure.message}\n`);
  }
  return states.some(({ state }) => state === 'paused') ? 1 : 0;
}
