import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { join } from 'node:path';

/** The repository whose build the tests run. */
export const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));

export interface NodeProcess {
  child: ChildProcess;
  /** Resolves with the first line of its standard output that matches, said or still to be said. */
  says(pattern: RegExp): Promise<RegExpExecArray>;
  /** Everything it has written so far, both streams. */
  output(): string;
  /** Resolves when it has ended. */
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
}

/**
 * Runs a script in a plain Node process of its own, without jest and without TypeScript, as in production.
 * @param script the body of an async function; imports modules by `await import(…)` of what `builtModule` gives
 */
export function startNode(script: string): NodeProcess {
  const child = spawn(process.execPath, ['-'], {
    cwd: REPOSITORY,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // Through standard input, for whatever is given as an option is inherited by the threads that it starts.
  child.stdin.end(`(async () => {${script}})()`);
  let output = '';
  let over = false;
  const listeners = new Set<() => void>();
  const heard = () => listeners.forEach((listener) => listener());
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      heard();
    });
  }
  const ended = once(child, 'close').then(([code, signal]) => {
    over = true;
    heard();
    return { code, signal };
  });
  return {
    child,
    output: () => output,
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        const listener = () => {
          const match = pattern.exec(output);
          if (match) resolve(match);
          else if (over) reject(new Error(`It ended without saying ${String(pattern)}:\n${output}`));
          if (match || over) listeners.delete(listener);
        };
        listeners.add(listener);
        listener();
      }),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** @returns the URL of a compiled module, as a literal to put into a script */
export function builtModule(path: string, repository = REPOSITORY): string {
  return JSON.stringify(pathToFileURL(join(repository, 'dist', path)).href);
}
