import { v4 as uuidv4 } from 'uuid';
import { Rejection } from '../../event-store/decider.js';
import { sha256 } from '../../event-store/hash-chain.js';
import { plusDays, type Instant } from '../../schema/instant.js';
import type { ClientDecisions } from '../change-client.js';
import { clientDecider } from '../client.decider.js';
import { clientStream } from '../client.events.js';
import { shortestWindowDays, type LapsePolicy } from '../../policy/lapse-policy.js';

/** A client whose lapse clock runs since its last service. */
export interface RunningClock {
  readonly clientId: string;
  readonly lastServicedAt: Instant;
}

/** Asks the read model whose last service lies at or before an instant, in that order, from after a given one on. */
export type FindQuietClients = (
  servicedUpTo: Instant,
  after: RunningClock | undefined,
  limit: number,
) => Promise<RunningClock[]>;

const PAGE = 1_000;
const IN_FLIGHT = 64;

/**
 * One sweep of the clock: sends LapseClient to every client whose window has run out. The read model only says where to
 * look; the decider looks again on the stream, so a stale answer or a second sweep does no harm.
 * @param stopped asked between pages; a sweep may be broken off at any time
 * @returns how many clients lapsed
 */
export async function sweepLapses(
  clients: ClientDecisions,
  findQuietClients: FindQuietClients,
  policy: LapsePolicy,
  now: Instant,
  stopped: () => boolean = () => false,
): Promise<number> {
  let lapsed = 0;
  let after: RunningClock | undefined;
  while (!stopped()) {
    const page = await findQuietClients(plusDays(now, -shortestWindowDays(policy)), after, PAGE);
    for (let from = 0; from < page.length; from += IN_FLIGHT) {
      const results = await Promise.all(
        page.slice(from, from + IN_FLIGHT).map(({ clientId }) => lapse(clients, clientId, policy, now)),
      );
      lapsed += results.filter(Boolean).length;
    }
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
  return lapsed;
}

async function lapse(
  clients: ClientDecisions,
  clientId: string,
  policy: LapsePolicy,
  now: Instant,
): Promise<boolean> {
  const commandId = uuidv4();
  const frame = { clientId, at: now, now, lapsesUpTo: now, policy };
  const command = { kind: 'LapseClient' as const, ...frame, data: {} };
  const outcome = await clients.run({
    stream: clientStream(clientId),
    context: {
      commandId,
      correlationId: commandId,
      causationId: commandId,
      fingerprint: sha256(command),
      actor: { id: 'clock', role: 'clock' },
      source: 'clock',
    },
    decide: (state) => clientDecider.decide(state, command),
  });
  return !(outcome instanceof Rejection) && outcome.events.length > 0;
}
