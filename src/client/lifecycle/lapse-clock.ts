import { v4 as uuidv4 } from 'uuid';
import { Rejection } from '../../event-store/decider.js';
import { isUnavailable } from '../../event-store/event-store.js';
import { sha256 } from '../../event-store/hash-chain.js';
import { shortestWindowDays, type LapsePolicy } from '../../policy/lapse-policy.js';
import { plusDays, type Instant } from '../../schema/instant.js';
import type { ClientDecisions } from '../change-client.js';
import { clientDecider } from '../client.decider.js';
import { clientStream } from '../client.events.js';
import type { ClientState } from '../client.slices.js';
import { judging } from './lifecycle.decision.js';
import type { Look } from './lapse-memory.js';
import { nextLapse } from './reconcile.js';

/** A client whose lapse clock may run, as the read model has it. */
export interface QuietClient {
  readonly clientId: string;
  /** its last service lies at or after it */
  readonly quietSince: Instant;
  /** of the last fact that bears on when it lapses */
  readonly position: bigint;
}

export interface QuietQuery {
  /** inclusive: who was serviced later cannot be due */
  readonly quietUpTo: Instant;
  readonly now: Instant;
  readonly policyVersion: number;
  /** the last one of the page before */
  readonly after: QuietClient | undefined;
  readonly limit: number;
}

/** What a sweep works with. */
export interface SweepTools {
  readonly clients: Pick<ClientDecisions, 'run'>;
  /** asked for each page, so that a policy adopted meanwhile counts */
  readonly policy: () => Promise<LapsePolicy>;
  /** asks the read model which quiet clients there is reason to look at, the longest quiet first */
  readonly find: (query: QuietQuery) => Promise<QuietClient[]>;
  readonly remember: (looks: readonly Look[]) => Promise<void>;
  /** told of a client that cannot be looked at; the sweep goes on without it */
  readonly onFault: (clientId: string, error: Error) => void;
}

export interface Swept {
  readonly asked: number;
  readonly lapsed: number;
}

const PAGE = 1_000;
/** Measured: more at a time makes a sweep no faster. */
const IN_FLIGHT = 32;

/**
 * One sweep of the clock: sends LapseClient to every client whose window may have run out. The read model and the memory of
 * earlier looks only say where to look; the decider looks again on the stream, so a stale answer or a second sweep does no
 * harm.
 * @param stopped asked between pages; a sweep may be broken off at any time
 * @throws EventStoreUnavailable, or what `find` and `remember` throw
 */
export async function sweepLapses(
  { clients, policy, find, remember, onFault }: SweepTools,
  now: Instant,
  stopped: () => boolean = () => false,
): Promise<Swept> {
  let asked = 0;
  let lapsed = 0;
  let after: QuietClient | undefined;
  while (!stopped()) {
    const inForce = await policy();
    const quietUpTo = plusDays(now, -shortestWindowDays(inForce));
    const page = await find({ quietUpTo, now, policyVersion: inForce.version, after, limit: PAGE });
    for (let from = 0; from < page.length; from += IN_FLIGHT) {
      const results = await Promise.all(
        page.slice(from, from + IN_FLIGHT).map((client) =>
          lookAt(clients, client, inForce, now).catch((error: Error) => {
            // The store being away stops the sweep; one stream that cannot be read must not stop it at the same place for ever.
            if (isUnavailable(error)) throw error;
            onFault(client.clientId, error);
            return null;
          }),
        ),
      );
      const looks = results.filter((one) => one !== null);
      asked += results.length;
      lapsed += looks.filter((one) => one.lapsed).length;
      await remember(looks);
    }
    after = page.at(-1);
    if (page.length < PAGE) break;
  }
  return { asked, lapsed };
}

async function lookAt(
  clients: SweepTools['clients'],
  { clientId, position }: QuietClient,
  policy: LapsePolicy,
  now: Instant,
): Promise<Look & { readonly lapsed: boolean }> {
  const commandId = uuidv4();
  const frame = { clientId, at: now, now, lapsesUpTo: now, policy };
  const command = { kind: 'LapseClient' as const, ...frame, data: {} };
  let notBefore: Instant | null = null;
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
    decide: (state: ClientState) => {
      notBefore = nextLapse(state.lifecycle, judging(command, state))?.at ?? null;
      return clientDecider.decide(state, command);
    },
  });
  const lapsed = !(outcome instanceof Rejection) && outcome.events.length > 0;
  return { clientId, position, policyVersion: policy.version, notBefore: lapsed ? null : notBefore, lapsed };
}
