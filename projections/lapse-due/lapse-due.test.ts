import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { folded, lifeOf, lives, recordedLife } from '../../test/support/client-lives.js';
import { lapseClocks } from './lapse-due.projection.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';

describe('the lapse clock of a client', () => {
  it('stands, after any life, exactly where the write side has it', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const { events, state } = lifeOf(clientId, steps);
        const { services, lapses } = state.lifecycle;
        const lapse = stateOf(state.lifecycle) === 'lapsed' ? lapses.at(-1) : undefined;
        const last = services.at(-1)?.at;
        const expected = last && {
          client_id: clientId,
          last_serviced_at: last,
          lapse_id: lapse?.lapseId ?? null,
        };
        expect(folded(lapseClocks, recordedLife(clientId, events))).toEqual(expected ?? null);
      }),
      { numRuns: 1_000 },
    );
  });
});
