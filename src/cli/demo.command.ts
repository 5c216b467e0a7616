import { QueryBus } from '@nestjs/cqrs';
import { GetRetention } from '../../projections/cohort-retention/retention.query.js';
import { RetentionParameters } from '../../projections/cohort-retention/retention.parameters.js';
import { ClientDecisions } from '../client/change-client.js';
import { Clock } from '../clock.js';
import { historyFile } from '../demo/history-generator.js';
import { retentionTable, showsColours } from '../demo/retention-table.js';
import { ClientKeys } from '../privacy/client-keys.js';
import { importHistories } from '../importing/importer.js';
import { caughtUp } from './catch-up.js';
import { LapsePolicies } from '../policy/lapse-policies.js';
import type { Session } from './session.js';

export interface DemoOptions {
  readonly seed: number;
  readonly clients: number;
}

/** Two years and a half, ending with a month that is not over: an incomplete period is part of what there is to see. */
const PERIOD = { from: '2024-01-01T00:00:00.000Z', to: '2026-06-15T00:00:00.000Z' };

/** `demo`: makes up client histories, imports them, and draws the retention table they come to. The same again changes nothing. */
export async function runDemo(
  session: Session,
  { seed, clients }: DemoOptions,
  out: NodeJS.WriteStream,
): Promise<number> {
  const { app, runtime, signal } = session;
  out.write(`Making up ${clients} clients (seed ${seed}) and recording what happened to them …\n`);
  const report = await importHistories({
    input: historyFile({ ...PERIOD, seed, clients }),
    source: `demo-${seed}`,
    runner: app.get(ClientDecisions),
    blind: (...asked) => app.get(ClientKeys).blind(...asked),
    databaseUrl: runtime.databaseUrl,
    policy: await app.get(LapsePolicies).current(),
    now: app.get(Clock).now(),
    signal,
  });
  const seconds = (report.milliseconds / 1_000).toFixed(1);
  out.write(
    `${report.recorded} facts recorded in ${report.events} events, ${report.known} known already, ${seconds} s\n\n`,
  );
  await caughtUp(session);

  const parameters = Object.assign(new RetentionParameters(), { anchor: 'first_service', asOf: PERIOD.to });
  const { result } = await app.get(QueryBus).execute(new GetRetention(parameters));
  out.write('Of the clients first serviced in a month, how many were serviced again, month by month:\n\n');
  out.write(`${retentionTable(result, { colour: showsColours(out), columns: out.columns })}\n`);
  return 0;
}
