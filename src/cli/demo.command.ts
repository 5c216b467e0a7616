import { QueryBus } from '@nestjs/cqrs';
import { GetRetention } from '../../projections/cohort-retention/retention.query.js';
import { RetentionParameters } from '../../projections/cohort-retention/retention.parameters.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiKeys } from '../access/api-keys.service.js';
import { ClientDecisions } from '../client/change-client.js';
import { Clock } from '../clock.js';
import { historyFile } from '../demo/history-generator.js';
import { retentionTable, showsColours } from './retention-table.js';
import { storiesAt, tellOpportunities, tellStory, type StoryApi } from '../demo/stories/stories.js';
import { ClientKeys } from '../privacy/client-keys.js';
import { importHistories } from '../importing/importer.js';
import { caughtUp } from './catch-up.js';
import { LapsePolicies } from '../policy/lapse-policies.js';
import type { StoryCall } from '../demo/stories/story.js';
import type { Session } from './session.js';

export interface DemoOptions {
  readonly seed: number;
  readonly clients: number;
}

/** Two years and a half, ending with a month that is not over: an incomplete period is part of what there is to see. */
const PERIOD = { from: '2024-01-01T00:00:00.000Z', to: '2026-06-15T00:00:00.000Z' };

/**
 * `demo`: tells four stories, one of each trade; makes up client histories and imports them; says whom to call today, and
 * draws the retention table. The same again on the same day changes nothing.
 */
export async function runDemo(
  session: Session<NestFastifyApplication>,
  { seed, clients }: DemoOptions,
  out: NodeJS.WriteStream,
): Promise<number> {
  const { app } = session;
  const keys = app.get(ApiKeys);
  const { key, record } = await keys.issue('demo', 'staff');
  try {
    await tellLives(session, storyApi(app, key), { seed, clients }, out);
  } finally {
    await keys.revoke(record.id);
  }
  const parameters = Object.assign(new RetentionParameters(), { anchor: 'first_service', asOf: PERIOD.to });
  const { result } = await app.get(QueryBus).execute(new GetRetention(parameters));
  out.write('Of the clients first serviced in a month, how many were serviced again, month by month:\n\n');
  out.write(`${retentionTable(result, { colour: showsColours(out), columns: out.columns })}\n`);
  return 0;
}

async function tellLives(
  session: Session<NestFastifyApplication>,
  api: StoryApi,
  { seed, clients }: DemoOptions,
  out: NodeJS.WriteStream,
): Promise<void> {
  const { app, runtime, signal } = session;
  const say = (line: string) => void out.write(`${line}\n`);
  const now = `${app.get(Clock).now().slice(0, 10)}T00:00:00.000Z`;
  for (const story of storiesAt(now)) await tellStory(story, now, api, say);
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
  await tellOpportunities(api, say);
}

/** The API of an application that need not listen. @param key of somebody of the staff */
function storyApi(app: NestFastifyApplication, key: string): StoryApi {
  let position = '0';
  const call = (method: 'GET' | StoryCall['method'], path: string, payload?: object) =>
    app.inject({
      ...{ method, url: `/api/v1${path}`, ...(payload ? { payload } : {}) },
      headers: { authorization: `Bearer ${key}`, 'x-await-position': position },
    });
  const answered = async (...asked: Parameters<typeof call>): Promise<unknown> => {
    const answer = await call(...asked);
    if (answer.statusCode < 300) return answer.json();
    throw new Error(`${asked[0]} ${asked[1]}: ${answer.statusCode} ${answer.body}`);
  };
  return {
    record: async ({ method, path, body }) => {
      ({ position } = (await answered(method, path, body)) as { position: string });
    },
    has: async (path) => (await call('GET', path)).statusCode === 200,
    ask: async <Answer>(path: string) => (await answered('GET', path)) as Answer,
  };
}
