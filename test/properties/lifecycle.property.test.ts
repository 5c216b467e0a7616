import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { clientDecider } from '../../src/client/client.decider.js';
import type { ClientState } from '../../src/client/client.slices.js';
import { deriveLifecycle } from '../../src/client/lifecycle/derive-lifecycle.js';
import { dueAfter, windowAfter, type LapseSurroundings } from '../../src/client/lifecycle/lapse-window.js';
import { stateOf, type Lifecycle } from '../../src/client/lifecycle/lifecycle.evolve.js';
import type { LapseMark } from '../../src/client/lifecycle/lifecycle.marks.js';
import { nextLapse } from '../../src/client/lifecycle/reconcile.js';
import { stateIntervals } from '../../src/client/lifecycle/state-intervals.js';
import type { LapsePolicy } from '../../src/policy/lapse-policy.js';
import type { Instant } from '../../src/schema/instant.js';
import { busyLives, fixedPolicies, live, policies, type Told } from '../support/busy-lives.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';
const runs = { numRuns: 1_000 };

const surroundingsOf = ({ record, plans, bookings, lifecycle }: ClientState): LapseSurroundings => ({
  ...{ trade: record.trade, plans, bookings, closures: lifecycle.closures },
});
const derived = (state: ClientState, policy: LapsePolicy, now: Instant) => {
  const { services } = state.lifecycle;
  const surroundings = surroundingsOf(state);
  return deriveLifecycle(services, (index) => dueAfter(policy, services, index, surroundings), now);
};
const inBrief = ({
  at,
  lastServicedAt,
  reactivation,
}: Pick<LapseMark, 'at' | 'lastServicedAt' | 'reactivation'>) => ({
  ...{ at, lastServicedAt, reactivation },
});
const onRecord = ({ lifecycle }: ClientState) => lifecycle.lapses.map(inBrief);
const sameForAll = (policy: LapsePolicy) => ({ policyAt: () => policy });
const last = (told: Told[]) => told.at(-1) as Told;

describe('the lifecycle invariant', () => {
  it('after a sweep, the lapses and returns on record are what the services come to', () => {
    fc.assert(
      fc.property(busyLives, fixedPolicies, (life, policy) => {
        for (const { what, state, now } of live(clientId, life, sameForAll(policy))) {
          const due = derived(state, policy, now).map(inBrief);
          if (what === 'sweep') expect(onRecord(state)).toEqual(due);
          // Between sweeps what is on record holds, and what is not can only be the last lapse.
          else expect([...onRecord(state), ...due.slice(onRecord(state).length)]).toEqual(due);
        }
      }),
      runs,
    );
  });

  it('a clock that is late, or that sweeps all the time, moves nobody', () => {
    fc.assert(
      fc.property(busyLives, fixedPolicies, fc.boolean(), (life, policy, lateTalk) => {
        const [always, late] = (['always', 'at the end'] as const).map((sweeps) =>
          onRecord(last(live(clientId, life, { ...sameForAll(policy), lateTalk, sweeps })).state),
        );
        expect(late).toEqual(always);
      }),
      runs,
    );
  });
});

describe('whatever is told of a client, in whatever order, under whatever policies', () => {
  const told = fc
    .tuple(busyLives, fc.array(policies, { minLength: 1, maxLength: 4 }), fc.boolean())
    .map(([life, adopted, lateTalk]) => {
      // Each policy is in force for a quarter of the life, or so.
      const inForce = (step: number) =>
        Math.min(adopted.length - 1, Math.floor((step * adopted.length) / (life.length + 1)));
      const policyAt = (step: number) => ({
        ...(adopted[inForce(step)] as LapsePolicy),
        version: inForce(step) + 1,
      });
      return live(clientId, life, { policyAt, lateTalk });
    });

  /** Whether services bear a lapse out: one when it begins, none in its window, and the next one ends it. */
  const standsOn = ({ services }: Lifecycle, { lastServicedAt, at, reactivation }: LapseMark) => {
    const next = services.find((service) => service.at > lastServicedAt);
    const ended = next ? { serviceId: next.serviceId, at: next.at } : null;
    return (
      services.some((service) => service.at === lastServicedAt) &&
      (!next || next.at >= at) &&
      JSON.stringify(reactivation) === JSON.stringify(ended)
    );
  };

  it('the services bear out every lapse, one at most to a gap, and none overlaps another', () => {
    fc.assert(
      fc.property(told, (life) => {
        for (const {
          state: { lifecycle },
        } of life) {
          const { lapses } = lifecycle;
          expect(lapses.filter((lapse) => !standsOn(lifecycle, lapse))).toEqual([]);
          lapses.slice(1).forEach(({ lastServicedAt }, index) => {
            const before = lapses[index]?.reactivation;
            expect(before && before.at <= lastServicedAt).toBe(true);
          });
        }
      }),
      runs,
    );
  });

  it('a lapse on record is withdrawn only where the services no longer bear it out', () => {
    fc.assert(
      fc.property(told, (life) => {
        for (const { before, events, state } of life) {
          const found = new Map(before.lifecycle.lapses.map((lapse) => [lapse.lapseId, lapse]));
          for (const event of events) {
            if (event.type !== 'LapseRevoked') continue;
            const lapse = found.get(event.data.lapseId) as LapseMark;
            const next = state.lifecycle.services.find(({ at }) => at > lapse.lastServicedAt);
            const begins = state.lifecycle.services.some(({ at }) => at === lapse.lastServicedAt);
            expect(begins && (!next || next.at >= lapse.at)).toBe(false);
          }
          // What is told of anything but services changes no lapse that is on record.
          if (!events.some(({ type }) => type.startsWith('Service') || type === 'ClientServiced'))
            expect(state.lifecycle.lapses.slice(0, found.size)).toEqual(before.lifecycle.lapses);
        }
      }),
      runs,
    );
  });

  it('a lapse has the window of the policy in force, or that of the lapse that it replaces', () => {
    fc.assert(
      fc.property(fc.tuple(busyLives, policies, policies), ([life, first, second]) => {
        const half = life.length / 2;
        const adopted = [
          { ...first, version: 1 },
          { ...second, version: 2 },
        ] as const;
        const steps = live(clientId, life, { policyAt: (step) => adopted[step < half ? 0 : 1] });
        for (const { before, events, state } of steps) {
          for (const event of events) {
            if (event.type !== 'ClientLapsed') continue;
            const { lastServicedAt, windowDays, basis, policyVersion } = event.data;
            const { services } = state.lifecycle;
            const index = services.findLastIndex(({ at }) => at <= lastServicedAt);
            const judged = adopted.map((policy) =>
              windowAfter(policy, services, index, surroundingsOf(state)),
            );
            const replaced = before.lifecycle.lapses.filter(
              ({ lapseId }) => !state.lifecycle.lapses.some((lapse) => lapse.lapseId === lapseId),
            );
            expect([...judged, ...replaced]).toContainEqual(
              expect.objectContaining({ windowDays, basis, policyVersion }),
            );
          }
        }
      }),
      runs,
    );
  });

  it('after a sweep no lapse is due by now', () => {
    fc.assert(
      fc.property(busyLives, policies, (life, policy) => {
        for (const { what, now, state } of live(clientId, life, { ...sameForAll(policy), lateTalk: true })) {
          if (what !== 'sweep') continue;
          const next = nextLapse(state.lifecycle, { policy, surroundings: surroundingsOf(state) });
          expect(next === null || next.at > now).toBe(true);
        }
      }),
      runs,
    );
  });

  it('the states follow one another without gap or overlap, and the last is the state', () => {
    fc.assert(
      fc.property(busyLives, policies, (life, policy) => {
        const { lifecycle } = last(live(clientId, life, sameForAll(policy))).state;
        const intervals = stateIntervals(lifecycle);
        intervals.forEach(({ from, to }, index) => {
          expect(to).toBe(intervals[index + 1]?.from ?? null);
          if (to !== null) expect(from < to).toBe(true);
        });
        expect(intervals.at(-1)?.state).toBe(stateOf(lifecycle));
      }),
      runs,
    );
  });

  it('replaying the facts gives the state that deciding left', () => {
    fc.assert(
      fc.property(told, (life) => {
        const events = life.flatMap((step) => step.events);
        expect(events.reduce(clientDecider.evolve, clientDecider.initial)).toEqual(last(life).state);
      }),
    );
  });
});
