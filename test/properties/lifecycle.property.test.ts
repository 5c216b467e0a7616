import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { v5 as uuidv5 } from 'uuid';
import { clientDecider } from '../../src/client/client.decider.js';
import type { ClientEvent } from '../../src/client/client.events.js';
import type { ClientCommand, ClientState } from '../../src/client/client.slices.js';
import { dueAfter } from '../../src/client/lifecycle/lapse-window.js';
import { deriveLifecycle } from '../../src/client/lifecycle/derive-lifecycle.js';
import { stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { stateIntervals } from '../../src/client/lifecycle/state-intervals.js';
import { Rejection } from '../../src/event-store/decider.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { commandsTo, ninetyDays } from '../support/commands.js';

const clientId = '6f1c2d2e-1111-4222-8333-444455556666';
const command = commandsTo(clientId);
const alone = { trade: undefined, plans: [], bookings: [], closures: [] };
const derived = ({ lifecycle: { services } }: ClientState, now: Instant) =>
  deriveLifecycle(services, (index) => dueAfter(ninetyDays, services, index, alone), now);
const start = '2024-01-01T00:00:00.000Z';

/** A clock that moves on, and services recorded as they happen or up to 400 days late; some on the same instant. */
const steps = fc.array(
  fc.record({
    wait: fc.integer({ min: 0, max: 120 }),
    late: fc.integer({ min: 0, max: 400 }),
    sweep: fc.boolean(),
  }),
  { maxLength: 25 },
);

function live(
  history: { wait: number; late: number; sweep: boolean }[],
  onStep?: (state: ClientState, now: Instant) => void,
) {
  const events: ClientEvent[] = [];
  let state = clientDecider.initial;
  const send = (command: ClientCommand) => {
    const decision = clientDecider.decide(state, command);
    if (decision instanceof Rejection) throw new Error(decision.detail);
    events.push(...decision);
    state = decision.reduce(clientDecider.evolve, state);
  };
  send(command({ kind: 'ConvertClient', data: {} }, start));
  let elapsed = 0;
  history.forEach(({ wait, late, sweep }, index) => {
    elapsed += wait;
    const now = plusDays(start, elapsed);
    const at = plusDays(start, Math.max(0, elapsed - late));
    const data = { serviceId: uuidv5(String(index), clientId) };
    if (sweep) send(command({ kind: 'LapseClient', data: {} }, now));
    else send(command({ kind: 'RecordService', data }, at, now));
    onStep?.(state, now);
  });
  return { events, state };
}

describe('the lifecycle invariant', () => {
  it('the lapses and returns on record always equal what the services come to', () => {
    fc.assert(
      fc.property(steps, (history) => {
        live(history, (state, now) => {
          const { lifecycle } = state;
          const onRecord = lifecycle.lapses.map(({ at, lastServicedAt, reactivation }) => ({
            at,
            lastServicedAt,
            reactivation,
          }));
          // The clock may not have swept yet; what is on record must hold, and what is not can only be the last lapse.
          const due = derived(state, now).map(({ at, lastServicedAt, reactivation }) => ({
            at,
            lastServicedAt,
            reactivation,
          }));
          expect(due.slice(0, onRecord.length)).toEqual(onRecord);
          expect(due.length - onRecord.length).toBeLessThanOrEqual(1);
          expect(due.slice(onRecord.length).every(({ reactivation }) => reactivation === null)).toBe(true);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('after a sweep nothing is missing', () => {
    fc.assert(
      fc.property(steps, (history) => {
        live([...history, { wait: 0, late: 0, sweep: true }], () => undefined);
        const { state } = live([...history, { wait: 0, late: 0, sweep: true }]);
        const elapsed = history.reduce((sum, { wait }) => sum + wait, 0);
        expect(state.lifecycle.lapses).toHaveLength(derived(state, plusDays(start, elapsed)).length);
      }),
    );
  });

  it('the states follow one another without gap or overlap, and the last is the state', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { state } = live(history);
        const intervals = stateIntervals(state.lifecycle);
        intervals.forEach(({ from, to }, index) => {
          expect(to).toBe(intervals[index + 1]?.from ?? null);
          if (to !== null) expect(from < to).toBe(true);
        });
        expect(intervals.at(-1)?.state).toBe(stateOf(state.lifecycle));
      }),
      { numRuns: 500 },
    );
  });

  it('replaying the facts gives the state that deciding left', () => {
    fc.assert(
      fc.property(steps, (history) => {
        const { events, state } = live(history);
        expect(events.reduce(clientDecider.evolve, clientDecider.initial)).toEqual(state);
      }),
    );
  });
});
