import { clientDecider } from '../client/client.decider.js';
import type { ClientEvent } from '../client/client.events.js';
import type { ClientIntent, ClientState } from '../client/client.slices.js';
import type { LapsePolicy } from '../policy/lapse-policy.js';
import { Rejection } from '../event-store/decider.js';
import type { Instant } from '../schema/instant.js';
import { intentOf, type ClientFact, type NumberedFact, type RefusedLine } from './client-fact.js';
import { onRecord } from './on-record.js';

/** Facts of one client, in the order in which they are to be recorded: the conversion first, then by business time. */
export interface ImportClient {
  readonly clientId: string;
  readonly facts: readonly NumberedFact[];
  /** the earliest service of the client in the whole import, null if there is none */
  readonly firstServicedAt: Instant | null;
  readonly now: Instant;
  readonly policy: LapsePolicy;
  /** whether these are the last facts of the client, and how many before them were new */
  readonly last: boolean;
  readonly recordedBefore: number;
}

/** What an import of facts comes to. Every fact is recorded, known already, or refused. */
export interface ImportedClient {
  readonly events: readonly ClientEvent[];
  readonly state: ClientState;
  readonly recorded: number;
  readonly known: number;
  readonly refused: readonly RefusedLine[];
}

/**
 * Decides, with the client's own decisions, what of a history is to be recorded. A fact that is on record already is
 * passed over, so that importing again, or going on after an import that broke off, records what is missing and nothing
 * twice. A fact that cannot be recorded is refused by itself; it holds up no other.
 */
export function importClient(before: ClientState, command: ImportClient): ImportedClient {
  const events: ClientEvent[] = [];
  const refused: RefusedLine[] = [];
  let state = before;
  let recorded = 0;
  let known = 0;

  /** @returns why not, or null when it is done */
  function send(intent: ClientIntent, at: Instant, lapsesUpTo: Instant): string | null {
    const { clientId, now, policy } = command;
    const decision = clientDecider.decide(state, { clientId, at, now, lapsesUpTo, policy, ...intent });
    if (decision instanceof Rejection) return inWords(decision);
    for (const event of decision) {
      events.push(event);
      state = clientDecider.evolve(state, event);
    }
    return null;
  }

  function record(fact: ClientFact): string | null {
    const fault = fact.type === 'converted' ? null : convertIfNeeded();
    // On the way through a life only what was due by then: the next fact may be the service that forestalls a lapse.
    return fault ?? send(intentOf(fact), fact.at, fact.at);
  }

  function convertIfNeeded(): string | null {
    if (state.lifecycle.convertedAt !== null) return null;
    const { firstServicedAt: at } = command;
    return at === null ? STRANGER : send({ kind: 'ConvertClient', data: {} }, at, at);
  }

  for (const { line, fact } of command.facts) {
    const found = onRecord(state, fact);
    if (found === 'as it stands') {
      known++;
      continue;
    }
    const reason = found === 'not yet' ? record(fact) : found.instead;
    if (reason === null) recorded++;
    else refused.push({ line, reason });
  }
  if (command.last && command.recordedBefore + recorded > 0) {
    // A client of whom nothing is new is left alone: to lapse it is the clock's business.
    const { now } = command;
    send({ kind: 'LapseClient', data: {} }, now, now);
  }
  return { events, state, recorded, known, refused };
}

const STRANGER = 'the client is not known, and the import holds neither a conversion nor a service of it';

const inWords = ({ detail, more: { path } }: Rejection): string =>
  path === undefined ? detail : `${path}: ${detail}`;
