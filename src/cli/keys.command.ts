import { CLIENT_STREAMS, clientIdOf } from '../client/client.events.js';
import { ClientErased } from '../client/identity/identity.events.js';
import { RawStore } from '../event-store/copy/raw-store.js';
import { ClientKeys } from '../privacy/client-keys.js';
import { MasterKeys } from '../privacy/master-keys.js';
import { counted, progressLine } from '../ops/progress-line.js';
import type { Session } from './session.js';

type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** `keys status`: how many clients' keys are wrapped by which master key. @returns 0 */
export async function runKeysStatus({ app }: Session, out: Output): Promise<number> {
  const { id } = app.get(MasterKeys).current;
  out.write(`Current master key  ${id}\n`);
  for (const { masterKeyId, keys } of await app.get(ClientKeys).countByMaster()) {
    const what = masterKeyId === null ? 'destroyed' : masterKeyId === id ? 'current' : 'to be rewrapped';
    out.write(`${(masterKeyId ?? '–').padEnd(20)}${counted(keys).padStart(12)}  ${what}\n`);
  }
  return 0;
}

/**
 * `keys rotate`: wraps every client's key by the current master key; where the master key is kept in a file, by a new
 * one. Broken off, the same command goes on. @returns 0, or 1 when it was broken off
 */
export async function runKeysRotate({ app, signal }: Session, out: Output): Promise<number> {
  const [masters, keys] = [app.get(MasterKeys), app.get(ClientKeys)];
  const outstanding = async () =>
    (await keys.countByMaster())
      .filter(({ masterKeyId }) => masterKeyId !== null && masterKeyId !== masters.current.id)
      .reduce((sum, one) => sum + one.keys, 0);
  // One that was broken off goes on under the key that it made.
  if (masters.renewable && (await outstanding()) === 0) await masters.renew();
  const line = progressLine(out);
  let rewrapped = 0;
  for (let some; !signal.aborted && (some = await keys.rewrapSome()) > 0;) {
    rewrapped += some;
    line.show(() => `${counted(rewrapped)} keys rewrapped`);
  }
  line.end();
  if (signal.aborted || (await outstanding()) > 0) {
    out.write(`${counted(rewrapped)} keys rewrapped, then broken off. Run it again: it goes on.\n`);
    return 1;
  }
  await masters.forgetOld();
  out.write(
    `${counted(rewrapped)} keys rewrapped; all are wrapped by master key ${masters.current.id} now.\n`,
  );
  if (!masters.renewable) out.write('TENURE_PREVIOUS_MASTER_KEY is needed no more.\n');
  return 0;
}

/**
 * `keys verify`: destroys again the keys of clients of whom the log says that they were forgotten. A restored backup may
 * have brought them back. @returns 0
 */
export async function runKeysVerify({ app, runtime, signal }: Session, out: Output): Promise<number> {
  const keys = app.get(ClientKeys);
  const forgotten = await erasedClients(runtime.eventStoreUrl, signal);
  const back: string[] = [];
  for (let from = 0; from < forgotten.length; from += AT_ONCE) {
    const some = forgotten.slice(from, from + AT_ONCE);
    await keys.fetch(some);
    back.push(...some.filter((clientId) => Buffer.isBuffer(keys.peek(clientId))));
  }
  if (back.length > 0) await keys.destroy(back);
  for (const clientId of back) {
    await keys.erasureRecorded(clientId);
    out.write(`${clientId}: its key was there again, and is destroyed\n`);
  }
  out.write(
    `${counted(forgotten.length)} clients were forgotten; ${counted(back.length)} keys had come back.\n`,
  );
  return 0;
}

const AT_ONCE = 1_000;

async function erasedClients(eventStoreUrl: string, signal: AbortSignal): Promise<string[]> {
  const store = new RawStore(eventStoreUrl);
  const erased = new Set<string>();
  try {
    for await (const { type, stream } of store.all()) {
      signal.throwIfAborted();
      if (type === ClientErased.type && stream.startsWith(CLIENT_STREAMS)) erased.add(clientIdOf(stream));
    }
    return [...erased];
  } finally {
    await store.close();
  }
}
