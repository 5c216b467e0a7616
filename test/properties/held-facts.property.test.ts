import fc from 'fast-check';
import { DataSource } from 'typeorm';
import { heldFacts } from '../../projections/analytics/held.js';
import type { ServiceEvent } from '../../projections/analytics/facts/service-movements.js';
import { cohortRetention } from '../../projections/cohort-retention/cohort-retention.projection.js';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientIdOf, type ClientEvent } from '../../src/client/client.events.js';
import type { ClientState } from '../../src/client/client.slices.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { livedTogether, pooledLives, someDays } from '../support/pooled-lives.js';
import { ProjectionSpec } from '../support/projection-spec.js';
import { countedLives } from '../support/retention-model.js';

/** After all facts. */
const NOW = '2031-01-01T00:00:00.000Z';

let spec: ProjectionSpec;
let database: DataSource;
beforeAll(async () => {
  spec = await ProjectionSpec.open(cohortRetention('UTC'));
  database = await new DataSource({ type: 'postgres', url: spec['database'].url }).initialize();
});
afterAll(async () => {
  await database.destroy();
  await spec.close();
});

/** The clients as the write side knew them after these facts. */
function statesAfter(facts: readonly RecordedEvent<ClientEvent>[]): Map<string, ClientState> {
  const states = new Map<string, ClientState>();
  for (const { stream, event } of facts) {
    const clientId = clientIdOf(stream);
    states.set(clientId, clientDecider.evolve(states.get(clientId) ?? clientDecider.initial, event));
  }
  return states;
}

/** Rows in an order of their own, without what they leave open. */
const lines = (rows: readonly object[]) =>
  rows.map((row) => JSON.stringify(row, (_name, value: unknown) => value ?? undefined)).sort();

/** Lives, told up to some fact, and asked about as of some day. */
const questions = fc.tuple(pooledLives(someDays), fc.nat(), fc.oneof(someDays, fc.constant(NOW)));

async function held(
  columns: string,
  tables: string,
  facts: readonly RecordedEvent[],
  known: number,
  asOf: string,
) {
  const third = Math.ceil(facts.length / 3);
  const thirds = [facts.slice(0, third), facts.slice(third, 2 * third), facts.slice(2 * third)];
  await spec.replay(thirds.filter((batch) => batch.length > 0));
  const question = heldFacts({ asOf, knownAt: facts[known]?.recordedAt ?? null });
  return database.query<Record<string, unknown>[]>(
    `${question.with} SELECT ${columns} FROM ${tables}`,
    question.parameters,
  );
}

test('clients and their services are held as the definitions say, at any moment and of any day', async () => {
  await fc.assert(
    fc.asyncProperty(questions, async ([lives, cut, asOf]) => {
      const { facts } = livedTogether(lives);
      const known = cut % (facts.length + 1);
      const columns = `client_id AS "clientId", converted_at AS "convertedAt", service_id AS id, at,
        amount_minor::text AS "amountMinor", currency`;
      const found = await held(columns, 'client LEFT JOIN service USING (client_id)', facts, known, asOf);
      const services = facts.slice(0, known) as RecordedEvent[] as RecordedEvent<ServiceEvent>[];
      const expected = [...countedLives(services)].flatMap(([clientId, { convertedAt, services: all }]) => {
        const before = all.filter(({ at }) => at < asOf);
        if (before.length === 0) return [{ clientId, convertedAt }];
        return before.map(({ id, at, amountMinor, currency }) => {
          const amount = amountMinor === undefined ? {} : { amountMinor: String(amountMinor), currency };
          return { clientId, convertedAt, id, at, ...amount };
        });
      });
      expect(lines(found)).toEqual(lines(expected));
    }),
    { numRuns: 100 },
  );
});

test('lapses and returns are held as the write side knew them', async () => {
  await fc.assert(
    fc.asyncProperty(questions, async ([lives, cut, asOf]) => {
      const { facts } = livedTogether(lives);
      const known = cut % (facts.length + 1);
      const columns = `client_id AS "clientId", lapse_id AS "lapseId", at, last_serviced_at AS "lastServicedAt",
        returned_at AS "returnedAt", return_service_id AS "serviceId"`;
      const found = await held(columns, 'lapse', facts, known, asOf);
      const expected = [...statesAfter(facts.slice(0, known))].flatMap(([clientId, { lifecycle }]) =>
        lifecycle.mergedInto || lifecycle.convertedAt === null
          ? []
          : lifecycle.lapses
              .filter(({ at }) => at < asOf)
              .map(({ lapseId, at, lastServicedAt, reactivation }) => {
                const back = reactivation && reactivation.at < asOf ? reactivation : null;
                const { at: returnedAt, serviceId } = back ?? {};
                return { clientId, lapseId, at, lastServicedAt, returnedAt, serviceId };
              }),
      );
      expect(lines(found)).toEqual(lines(expected));
    }),
    { numRuns: 100 },
  );
});

test('complaints belong to the client that has them on record, and are open until they stay resolved', async () => {
  await fc.assert(
    fc.asyncProperty(pooledLives(someDays), async (lives) => {
      const { facts, states } = livedTogether(lives);
      const columns = `client_id AS "clientId", complaint_id AS "complaintId", resolved_at IS NULL AS open`;
      const found = await held(columns, 'complaint', facts, facts.length, NOW);
      const expected = [...states].flatMap(([clientId, { complaints, lifecycle }]) =>
        lifecycle.mergedInto
          ? []
          : [...complaints.entries()].map(([complaintId, { open }]) => ({ clientId, complaintId, open })),
      );
      expect(lines(found)).toEqual(lines(expected));
    }),
    { numRuns: 100 },
  );
});
