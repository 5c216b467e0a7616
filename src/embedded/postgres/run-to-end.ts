import { spawn } from 'node:child_process';
import type { ServiceAccount } from './service-account.js';

export interface RunOptions {
  cwd: string;
  /** Whom to run as; the change of directory happens before the change of user. */
  account: ServiceAccount | undefined;
}

/**
 * The environment of PostgreSQL's programs: nothing of ours, which holds secrets, and nothing that steers
 * PostgreSQL (PGDATA, PGPORT, a locale), so that it behaves the same on every machine.
 */
export function bareEnvironment(): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, TEMP } = process.env;
  return { PATH, LC_ALL: 'C', TZ: 'UTC', ...(SystemRoot ? { SystemRoot, TEMP } : {}) };
}

/**
 * Runs a program and collects what it says. Never rejects: a program that cannot be started is a failed run.
 * @returns ok when it ended with 0; output is what it wrote, or why it could not be started
 */
export function runToEnd(
  program: string,
  args: string[],
  { cwd, account }: RunOptions,
): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd,
      uid: account?.uid,
      gid: account?.gid,
      env: bareEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (error) => resolve({ ok: false, output: error.message }));
    child.once('close', (code) => resolve({ ok: code === 0, output: output.trim() }));
  });
}
