import { NO_STREAM, jsonEvent } from '@eventstore/db-client';
import { v4 as uuidv4 } from 'uuid';
import type { ClientIntent, ClientState } from '../../src/client/client.slices.js';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientStream } from '../../src/client/client.events.js';
import { shippedLapsePolicy } from '../../src/policy/lapse-policy.js';
import { NOW, type BenchWorld } from './bench-world.js';
import { inFlight, inTurns, ratioRow, seconds, type Row } from './measure.js';

const AT = '2026-05-01T09:00:00.000Z';

/**
 * Commands, each decided on what its client's stream says and appended there, against the bare client appending to as many
 * streams what they append. No projection runs beside either.
 */
export async function appendRows(world: BenchWorld, commands: number, rounds: number): Promise<Row[]> {
  await world.stopServing();
  const rows: Row[] = [];
  for (const [how, atOnce, count] of [
    ['one after the other', 1, Math.ceil(commands / 8)],
    ['64 in flight', 64, commands],
  ] as const) {
    const rates = await inTurns(
      rounds,
      async () => {
        const decisions = world.decisions();
        const clients = Array.from({ length: count }, () => uuidv4());
        await inFlight(clients, 64, (id) => decide(decisions, id, conversion));
        return (
          count / (await seconds(() => inFlight(clients, atOnce, (id) => decide(decisions, id, service))))
        );
      },
      async () => {
        const stored = await eventsOf(world, count);
        await inFlight(stored, 64, ([first]) => append(world, first, NO_STREAM));
        return (
          count / (await seconds(() => inFlight(stored, atOnce, ([, second]) => append(world, second, 0n))))
        );
      },
    );
    rows.push(ratioRow(`append a command, ${how}`, 0.6, `${count} commands`, rates, 'bare appends'));
  }
  await world.serve();
  return rows;
}

type Decisions = ReturnType<BenchWorld['decisions']>;
const conversion: ClientIntent = {
  kind: 'ConvertClient',
  data: { name: 'Ada Lovelace', source: 'referral', trade: 'cleaning' },
};
export const service = {
  kind: 'RecordService',
  data: { serviceType: 'regular clean', amountMinor: 8_200, currency: 'CAD', technicians: ['JJ'] },
};

/** Decides on what the client's stream says, and appends. */
export async function decide(decisions: Decisions, clientId: string, intent: object): Promise<void> {
  const commandId = uuidv4();
  const { kind, data } = intent as { kind: string; data: object };
  const command = {
    ...{ clientId, at: AT, now: NOW, lapsesUpTo: NOW, policy: shippedLapsePolicy, kind },
    data: kind === 'RecordService' ? { ...data, serviceId: uuidv4() } : data,
  } as Parameters<typeof clientDecider.decide>[1];
  await decisions.run({
    stream: clientStream(clientId),
    context: {
      ...{ commandId, correlationId: commandId, causationId: commandId, fingerprint: commandId },
      ...{ actor: { id: 'bench', role: 'staff' }, source: 'api' },
    },
    decide: (state: ClientState) => clientDecider.decide(state, command),
  });
}

interface Append {
  readonly stream: string;
  readonly event: ReturnType<typeof jsonEvent>;
}

const append = ({ bare }: BenchWorld, { stream, event }: Append, expectedRevision: 'no_stream' | bigint) =>
  bare.appendToStream(stream, [event], { expectedRevision });

/** What a conversion and a service store, personal data sealed and all, made beforehand. */
async function eventsOf(world: BenchWorld, count: number): Promise<[Append, Append][]> {
  const model = uuidv4();
  const decisions = world.decisions();
  await decide(decisions, model, conversion);
  await decide(decisions, model, service);
  const [first, second] = (await world.store.readStream(clientStream(model))).map(({ event }) => event);
  const copy = (stream: string, stored: typeof first): Append => {
    const { type, data, metadata } = stored as unknown as Parameters<typeof jsonEvent>[0];
    return { stream, event: jsonEvent({ id: uuidv4(), type, data, metadata }) };
  };
  return Array.from({ length: count }, () => {
    const stream = `bare-${uuidv4()}`;
    return [copy(stream, first), copy(stream, second)];
  });
}
