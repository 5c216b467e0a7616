import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiModule } from '../api.module.js';
import type { Booted } from '../boot.js';
import { ClientDecisions } from '../client/change-client.js';
import { LapsePolicies } from '../policy/lapse-policies.js';
import { ClientKeys } from '../privacy/client-keys.js';
import { Clock } from '../clock.js';
import { createHttpApp } from '../http/configure-app.js';
import { runImport, type ImportArguments } from '../importing/import.command.js';
import { caughtUp } from './catch-up.js';
import { runDemo, type DemoOptions } from './demo.command.js';
import { runKeysRotate, runKeysStatus, runKeysVerify } from './keys.command.js';
import { runEndPause, runPrune, runRebuild, runVerifyProjection } from './projections.command.js';
import { inSession, type Session } from './session.js';
import { runReport, type ReportOptions } from './report.command.js';
import { runVerify } from './verify.command.js';
import { runStatus } from './status.command.js';

// The commands that need the whole application. Each ends the process.

export const importFile = (file: string, options: ImportArguments): Promise<never> =>
  inSession((session) => importAndCatchUp(session, file, options));

export const showStatus = (): Promise<never> => inSession((session) => runStatus(session, process.stdout));

export const verify = (clientId: string | undefined): Promise<never> =>
  inSession((session) => runVerify(session, clientId, process.stdout));

export const rebuild = (name: string): Promise<never> =>
  inSession((session) => runRebuild(session, name, process.stdout));

export const verifyProjection = (name: string): Promise<never> =>
  inSession((session) => runVerifyProjection(session, name, process.stdout));

export const prune = (): Promise<never> => inSession((session) => runPrune(session, process.stdout));

export const endPause = (how: 'park' | 'resume', name: string): Promise<never> =>
  inSession((session) => runEndPause(session, how, name, process.stdout));

export const keysStatus = (): Promise<never> =>
  inSession((session) => runKeysStatus(session, process.stdout));

export const verifyKeys = (): Promise<never> =>
  inSession((session) => runKeysVerify(session, process.stdout));

export const rotateKeys = (): Promise<never> =>
  inSession((session) => runKeysRotate(session, process.stdout));

export const playDemo = (options: DemoOptions): Promise<never> =>
  inSession((session) => runDemo(session, options, process.stdout), withApi);

export const report = (
  name: string,
  parameters: readonly (readonly [string, string])[],
  options: ReportOptions,
): Promise<never> =>
  inSession((session) => runReport(session, name, parameters, options, process.stdout), withApi);

/** The application with its API, which need not listen. */
async function withApi(booted: Booted): Promise<NestFastifyApplication> {
  const app = await createHttpApp(ApiModule.forRoot(booted), booted.config);
  await app.init();
  return app;
}

async function importAndCatchUp(session: Session, file: string, options: ImportArguments): Promise<number> {
  const { app, runtime, signal } = session;
  const policy = await app.get(LapsePolicies).current();
  const keys = app.get(ClientKeys);
  const services = {
    ...{ runner: app.get(ClientDecisions), blind: keys.blind.bind(keys) },
    ...{ databaseUrl: runtime.databaseUrl, policy, now: app.get(Clock).now(), signal },
  };
  const exitCode = await runImport(file, options, services, process.stdout);
  if (options.dryRun || signal.aborted) return exitCode;
  const paused = await caughtUp(session);
  process.stdout.write(
    paused.length > 0
      ? `Paused, and not up to date: ${paused.join(', ')}\n`
      : 'The read models are up to date.\n',
  );
  return exitCode;
}
