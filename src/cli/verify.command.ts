import { clientStream } from '../client/client.events.js';
import type { ChainReport } from '../event-store/chain-check.js';
import { checkChains } from '../event-store/copy/check-chains.js';
import { counted, progressLine } from '../ops/progress-line.js';
import type { Session } from './session.js';

/**
 * `verify [client]`: follows the hash chain of every stream, or of one client's, over what is stored.
 * @returns 0 when every chain holds, 1 when one breaks, or when there is no such client
 */
export async function runVerify(
  { runtime, signal }: Pick<Session, 'runtime' | 'signal'>,
  clientId: string | undefined,
  out: NodeJS.WritableStream & { readonly isTTY?: boolean },
): Promise<number> {
  const line = progressLine(out);
  const onProgress = (events: number) => line.show(() => `${counted(events)} events checked`);
  const stream = clientId === undefined ? undefined : clientStream(clientId);
  const report = await checkChains(runtime.eventStoreUrl, { stream, signal, onProgress })
    .catch(dataLoss)
    .finally(line.end);
  if (typeof report === 'string') {
    out.write(`BROKEN: the event store cannot give what it was given: ${report}\n`);
    return 1;
  }
  out.write(`${verdict(report, clientId).join('\n')}\n`);
  return report.breaks.length > 0 || (clientId !== undefined && report.streams === 0) ? 1 : 0;
}

function verdict(
  { streams, events, breaks, unchained }: ChainReport,
  clientId: string | undefined,
): string[] {
  if (clientId !== undefined && streams === 0) {
    return [
      unchained.length > 0
        ? `Client ${clientId}: its first event carries no hash. Tenure did not write it.`
        : `There is no client ${clientId}.`,
    ];
  }
  const checked = `${counted(events)} events in ${streams === 1 ? '1 stream' : `${counted(streams)} streams`} checked.`;
  if (breaks.length > 0) {
    return [
      checked,
      ...breaks.map(({ stream, revision, reason }) => `BROKEN at ${stream}@${revision}: ${reason}`),
    ];
  }
  return [
    checked,
    'Every chain holds: nothing that was recorded has been changed, dropped or moved.',
    ...unchained.map((stream) => `Without a chain, as Tenure did not write it: ${stream}`),
  ];
}

const DATA_LOSS = 15;

/** @returns what the store says of a record that it finds damaged itself; any other error is thrown on */
function dataLoss(error: unknown): string {
  const { code, details } = (error ?? {}) as { code?: unknown; details?: unknown };
  if (code === DATA_LOSS) return String(details);
  throw error;
}
