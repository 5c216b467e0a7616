import { Agent, request } from 'node:http';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { inFlight } from './measure.js';

/** Calls to be made, posts where there is a body; all with the same headers. */
export interface Load {
  readonly calls: readonly { readonly url: string; readonly body?: object }[];
  readonly headers: Record<string, string>;
  readonly atOnce: number;
}

/** Milliseconds that each call took, and all of them together. */
export interface Loaded {
  readonly took: number[];
  readonly seconds: number;
}

/** Makes calls from a thread of their own. @throws Error if one is not answered with success */
export function load(given: Load): Promise<Loaded> {
  return new Promise((resolve, reject) => {
    new Worker(new URL(import.meta.url), { workerData: given })
      .once('message', resolve)
      .once('error', reject);
  });
}

async function make({ calls, headers, atOnce }: Load): Promise<Loaded> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const took: number[] = [];
  const one = ({ url, body }: Load['calls'][number]) =>
    new Promise<void>((resolve, reject) => {
      const sent = body && JSON.stringify(body);
      const ofBody = sent && {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(sent),
      };
      const started = performance.now();
      const call = request(url, {
        ...{ method: sent ? 'POST' : 'GET', agent },
        headers: { ...headers, ...ofBody },
      });
      call.on('error', reject).on('response', (answer) => {
        const success = answer.statusCode !== undefined && answer.statusCode < 300;
        answer.resume().on('end', () => {
          took.push(performance.now() - started);
          if (success) resolve();
          else reject(new Error(`${url} answered ${answer.statusCode}`));
        });
      });
      call.end(sent);
    });
  const started = performance.now();
  await inFlight(calls, atOnce, one);
  agent.destroy();
  return { took, seconds: (performance.now() - started) / 1_000 };
}

if (!isMainThread) parentPort?.postMessage(await make(workerData as Load));
