import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { stateIntervals } from '../../src/client/lifecycle/state-intervals.js';
import { folded, lifeOf, lives, recordedLife, type Step } from '../../test/support/client-lives.js';
import { membershipsOf } from './membership.js';
import { segmentClients } from './life/segment-client.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';

/** Each segment's event: what brings a client in, by the segment it is brought into. */
const BRINGS: Record<string, string[]> = {
  'state:new': ['ClientConverted'],
  'state:active': ['ClientServiced'],
  'state:lapsed': ['ClientLapsed'],
  'state:reactivated': ['ClientReactivated'],
  'tag:vip': ['ClientConverted', 'TagAdded'],
};
const TAKES: Record<string, string[]> = {
  'state:new': ['ClientServiced'],
  'state:active': ['ClientLapsed'],
  'state:lapsed': ['ClientReactivated'],
  'state:reactivated': ['ClientServiced', 'ClientLapsed'],
  'tag:vip': ['TagRemoved'],
};

function livedThrough(steps: readonly Step[]) {
  const { events, state } = lifeOf(clientId, steps);
  const recorded = recordedLife(clientId, events);
  const row = folded(segmentClients, recorded);
  if (!row) throw new Error('a converted client has a row');
  const facts = new Map(recorded.map(({ id, event }) => [id, event]));
  return { state, facts, memberships: membershipsOf(row) };
}

describe('the memberships of a client', () => {
  it('are the intervals of its states, one after the other', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const { state, memberships } = livedThrough(steps);
        const states = memberships.filter(({ segment }) => segment.startsWith('state:'));
        expect(states.map(({ segment, entered_at, left_at }) => [segment, entered_at, left_at])).toEqual(
          stateIntervals(state.lifecycle).map(({ state, from, to }) => [`state:${state}`, from, to]),
        );
        expect(states.at(-1)?.segment).toBe(`state:${stateOf(state.lifecycle)}`);
      }),
      { numRuns: 300 },
    );
  });

  it('last, of a tag, exactly while the write side has the tag', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const { state, memberships } = livedThrough(steps);
        const open = memberships.some(({ segment, left_at }) => segment === 'tag:vip' && left_at === null);
        expect(open).toBe(state.record.tags.has('vip'));
      }),
    );
  });

  it('name the very facts that brought the client in and took it out, dated at that instant', () => {
    fc.assert(
      fc.property(lives, (steps) => {
        const { memberships, facts } = livedThrough(steps);
        for (const { segment, entered_at, left_at, entered_by, left_by } of memberships) {
          expect(facts.get(entered_by ?? '')?.occurredAt).toBe(entered_at);
          expect(BRINGS[segment]).toContain(facts.get(entered_by ?? '')?.type);
          expect(left_by === null).toBe(left_at === null);
          if (left_by === null) continue;
          expect(facts.get(left_by)?.occurredAt).toBe(left_at);
          expect(TAKES[segment]).toContain(facts.get(left_by)?.type);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
