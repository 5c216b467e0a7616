import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { busyLives, live, policies } from '../../test/support/busy-lives.js';
import { folded, recordedLife } from '../../test/support/client-lives.js';
import { lapseClocks } from './lapse-due.projection.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';

/** A return turns out to have come before the service that it followed: the lapse is open again, and an earlier gap holds another. */
const correctedIntoAnEarlierGap = [
  { wait: 0, what: 'service' as const, which: 0, days: 0, late: 0 },
  { wait: 1, what: 'service' as const, which: 0, days: 0, late: 0 },
  { wait: 0, what: 'correct' as const, which: 0, days: 2, late: 0 },
];

describe('the lapse clock of a client', () => {
  it('may run, after any life, exactly where the write side has it running or the client without services', () => {
    fc.assert(
      fc.property(busyLives, policies, fc.boolean(), (steps, policy, lateTalk) => {
        const told = live(clientId, steps, { policyAt: () => policy, lateTalk });
        const row = folded(
          lapseClocks,
          recordedLife(
            clientId,
            told.flatMap(({ events }) => events),
          ),
        );
        const { lifecycle } = told.at(-1)!.state;
        const { services, lapses, voided } = lifecycle;
        const open = lapses.find(({ reactivation }) => reactivation === null);
        const everServiced = services.length + voided.length > 0;
        expect(row !== null).toBe(everServiced);
        if (!row) return;
        expect(row.lapse_id).toBe(open?.lapseId ?? null);
        expect(row.running).toBe(['active', 'reactivated', 'new'].includes(stateOf(lifecycle)));
        // Whoever looks no earlier than it is quiet since comes too late for nobody.
        const last = services.at(-1);
        if (last) expect(row.quiet_since <= last.at).toBe(true);
        if (last && voided.length === 0 && !told.some(({ what }) => what === 'correct'))
          expect(row.quiet_since).toBe(last.at);
      }),
      {
        numRuns: 1_000,
        examples: [[correctedIntoAnEarlierGap, { kind: 'fixed', version: 1, windowDays: 1 }, false]],
      },
    );
  });

  it('is looked at again after every fact that bears on when the client lapses', () => {
    fc.assert(
      fc.property(busyLives, policies, (steps, policy) => {
        const told = live(clientId, steps, { policyAt: () => policy });
        const recorded = recordedLife(
          clientId,
          told.flatMap(({ events }) => events),
        );
        const row = folded(lapseClocks, recorded);
        const last = recorded.findLast(({ event: { type } }) => type !== 'NoteAdded');
        if (row) expect(row.position).toBe(last?.position);
      }),
      { numRuns: 300 },
    );
  });
});
