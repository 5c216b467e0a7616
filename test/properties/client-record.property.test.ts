import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientIdOf } from '../../src/client/client.events.js';
import { stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { clientCards } from '../../projections/client-record/client-card.js';
import { clientRecords } from '../../projections/client-record/client-record.js';
import { localDays } from '../../projections/local-day.js';
import { folded } from '../support/client-lives.js';
import { livedTogether, pooledLives, someDays } from '../support/pooled-lives.js';

const dayOf = localDays('Europe/Berlin');

describe('record and card of clients that are merged and parted', () => {
  it('say after any lives what the write side holds', () => {
    fc.assert(
      fc.property(pooledLives(someDays), (lives) => {
        const { facts, states } = livedTogether(lives);
        for (const [clientId, { lifecycle, complaints }] of states) {
          const own = facts.filter(({ stream }) => clientIdOf(stream) === clientId);
          const record = folded(clientRecords(dayOf), own);
          const card = folded(clientCards, own);
          expect(record).toMatchObject({
            lifecycle,
            state: stateOf(lifecycle),
            visits: new Set(lifecycle.services.map(({ at }) => dayOf(at))).size,
            merged_into: lifecycle.mergedInto?.survivorId ?? null,
          });
          expect(card?.complaints_ever).toBe(complaints.size);
          const open = Object.entries(card?.items.complaints ?? {}).filter(([, one]) => one.open);
          expect(open.map(([id]) => id).sort()).toEqual(
            [...complaints].flatMap(([id, one]) => (one.open ? [id] : [])).sort(),
          );
          const served = new Set(lifecycle.services.map(({ serviceId }) => serviceId));
          for (const id of Object.keys(card?.items.services ?? {})) expect(served).toContain(id);
        }
      }),
      { numRuns: 200 },
    );
  });
});
