import { ChainCheck, type ChainReport } from '../chain-check.js';
import { kindOf } from './raw-event.js';
import { RawStore } from './raw-store.js';

/**
 * Checks the hash chain of every stream of an event store, or of one, from the first event to the last.
 * @throws EventStoreUnavailable, the signal's reason
 */
export async function checkChains(
  url: string,
  {
    stream,
    signal,
    onProgress = () => undefined,
  }: { stream?: string; signal?: AbortSignal; onProgress?: (events: number) => void } = {},
): Promise<ChainReport> {
  const store = new RawStore(url);
  const chains = new ChainCheck();
  let events = 0;
  try {
    for await (const event of stream === undefined ? store.all() : store.of(stream)) {
      signal?.throwIfAborted();
      onProgress(++events);
      if (kindOf(event) === 'event') chains.take(event);
    }
    return chains.report();
  } finally {
    await store.close();
  }
}
