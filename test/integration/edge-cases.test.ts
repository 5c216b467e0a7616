import { afterEach, describe, expect, it } from '@jest/globals';
import { DateTime } from 'luxon';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientEvents, clientStream, type ClientEvent } from '../../src/client/client.events.js';
import type { ClientState } from '../../src/client/client.slices.js';
import { deriveLifecycle } from '../../src/client/lifecycle/derive-lifecycle.js';
import { dueAfter } from '../../src/client/lifecycle/lapse-window.js';
import { stateOf } from '../../src/client/lifecycle/lifecycle.evolve.js';
import { Codec } from '../../src/event-store/codec.js';
import { EventStore } from '../../src/event-store/event-store.js';
import { servicesAlone } from '../support/commands.js';
import { clientOf, edgeCases, tell, type EdgeCase } from '../support/edge-cases.js';
import { SettableClock } from '../support/settable-clock.js';
import { Tenure } from '../support/tenure.js';

let tenure: Tenure;
afterEach(() => tenure.close());

/** A client as it was known at an instant, of what had happened before another (both exclusive). */
async function replayed(client: string, { knownAt, asOf }: EdgeCase['params']): Promise<ClientState> {
  const codec = new Codec<ClientEvent>(clientEvents);
  const stored = await tenure.provider(EventStore).readStream(clientStream(clientOf(client)));
  return stored
    .map((event) => codec.decode(event))
    .filter(({ recordedAt }) => knownAt === null || Date.parse(recordedAt) < Date.parse(knownAt))
    .map(({ event }) => event)
    .filter(({ type, occurredAt }) => !isOfLapses(type) || Date.parse(occurredAt) < Date.parse(asOf))
    .reduce(clientDecider.evolve, clientDecider.initial);
}
const isOfLapses = (type: string): boolean => type === 'ClientLapsed' || type === 'ClientReactivated';

/** What the words of a case come to in ours. */
function isInState(named: string, { lifecycle }: ClientState): boolean {
  const { services } = lifecycle;
  const state = stateOf(lifecycle);
  switch (named) {
    case 'converted_not_serviced':
      return state === 'new';
    case 'active_one_service':
      return state === 'active' && services.length === 1;
    case 'active_repeat':
      return state === 'active' && services.length > 1;
    case 'active_reactivated':
      return ['reactivated', 'active'].includes(state) && lifecycle.lapses.at(-1)?.reactivation !== null;
    default:
      return state === named;
  }
}

interface Cell {
  readonly period: string;
  readonly numerator: number;
  readonly complete: boolean;
  readonly amountMinor: number;
}
interface Cohort {
  readonly cohort: string;
  readonly size: number;
  readonly servicesBeforeConversion: number;
  readonly cells: readonly Cell[];
}

interface Asked {
  readonly mode?: string;
  readonly measure?: string;
}

async function cohorts(params: EdgeCase['params'], { mode = 'bounded', measure = 'clients' }: Asked) {
  const asked = { anchor: 'converted', mode, measure };
  const { body } = await report('retention', params, asked);
  return body.cohorts as Cohort[];
}

const report = (name: string, { tz, asOf, knownAt }: EdgeCase['params'], more: Record<string, string>) => {
  const query = new URLSearchParams({ tz, asOf, ...(knownAt === null ? {} : { knownAt }), ...more });
  return tenure.ask(`/analytics/${name}?${query}`, 'analyst').expect(200);
};

describe('the edge cases', () => {
  it.each(edgeCases.map((one) => [one.name, one.why, one] as const))('%s: %s', async (_name, _why, edge) => {
    const { params, expect: expected, events } = edge;
    const clock = new SettableClock('2020-01-01T00:00:00Z');
    tenure = await Tenure.start({}, { clock });
    await tell(edge, tenure, clock);

    const names = [...new Set(events.map(({ client }) => client))].filter(
      (name) => !events.some(({ from }) => from === name),
    );
    const states = new Map<string, ClientState>();
    for (const name of names) states.set(name, await replayed(name, params));
    const lapses = [...states].flatMap(([name, { lifecycle }]) =>
      lapsesOf(lifecycle, params).map((lapse) => ({ name, ...lapse })),
    );
    if (expected.lapses) expect(lapses.map(({ name, at }) => [name, at])).toEqual(expected.lapses);
    if (expected.reactivations) {
      const returns = lapses.flatMap(({ name, reactivation }) =>
        reactivation ? [[name, reactivation.at]] : [],
      );
      expect(returns).toEqual(expected.reactivations);
    }
    // What is on record goes by the rule `ge`.
    for (const [name, state] of params.rule === 'ge' ? Object.entries(expected.states ?? {}) : [])
      expect([name, state, isInState(state, states.get(name) as ClientState)]).toEqual([name, state, true]);
    if (expected.revenue) expect(revenueByMonth([...states.values()], params.tz)).toEqual(expected.revenue);

    if (expected.cohorts) await expectRetention(edge);
    await expectLapses(edge);
  });
});

/** By `ge` those on record; by `gt` those that the services on record come to. */
function lapsesOf(
  lifecycle: ClientState['lifecycle'],
  { rule, asOf, window_days: windowDays }: EdgeCase['params'],
) {
  if (rule === 'ge') return lifecycle.lapses;
  const policy = { kind: 'fixed', version: 1, windowDays } as const;
  const { services } = lifecycle;
  const due = (index: number) => dueAfter(policy, services, index, servicesAlone);
  return deriveLifecycle(services, due, new Date(asOf).toISOString(), rule);
}

function revenueByMonth(states: readonly ClientState[], zone: string): Record<string, number> {
  const months: Record<string, number> = {};
  for (const { at, amountMinor = 0 } of states.flatMap(({ lifecycle }) => lifecycle.services)) {
    const month = DateTime.fromISO(at, { zone }).toFormat('yyyy-MM');
    months[month] = (months[month] ?? 0) + amountMinor;
  }
  return months;
}

async function expectRetention({ params, expect: expected }: EdgeCase): Promise<void> {
  const report = await cohorts(params, {});
  const unbounded = await cohorts(params, { mode: 'unbounded' });
  const numerators = (one: Cohort | undefined) => one?.cells.map(({ numerator }) => numerator);
  const found = report.map((one, index) => [
    one.cohort,
    { size: one.size, bounded: numerators(one), unbounded: numerators(unbounded[index]) },
  ]);
  expect(found).toEqual(Object.entries(expected.cohorts ?? {}));
  if (expected.servicesBeforeConversion !== undefined) {
    const before = report.reduce((sum, one) => sum + one.servicesBeforeConversion, 0);
    expect(before).toBe(expected.servicesBeforeConversion);
  }
  const last = report.at(-1)?.cells.at(-1);
  if (expected.lastPeriod)
    expect({ period: last?.period, complete: last?.complete }).toEqual(expected.lastPeriod);
  // What was earned before the month of the conversion is in no cell.
  const [first = ''] = Object.keys(expected.cohorts ?? {}).sort();
  const earned = Object.entries(expected.revenue ?? {}).filter(([month, sum]) => month >= first && sum > 0);
  const cells = (await cohorts(params, { measure: 'revenue' })).flatMap((one) => one.cells);
  if (expected.revenue)
    expect(
      cells.filter(({ amountMinor }) => amountMinor > 0).map((cell) => [cell.period, cell.amountMinor]),
    ).toEqual(earned);
}

/** What the states of the cases are called in the report. */
const STATES: Record<string, readonly string[]> = {
  converted_not_serviced: ['convertedNotServiced'],
  active_one_service: ['activeOneVisit'],
  active_repeat: ['activeRepeat'],
  active_reactivated: ['activeReactivated'],
  lapsed: ['lapsedNeverReturned', 'lapsedAgain'],
};

async function expectLapses({ params, expect: expected }: EdgeCase): Promise<void> {
  const { rule, window_days: days } = params;
  const other: Record<string, string> = rule === 'ge' ? {} : { tieRule: rule, windowDays: String(days) };
  const { body } = await report('lapses', params, other);
  const sum = (figure: string) =>
    body.rows.reduce((total: number, row: Record<string, number>) => total + (row[figure] ?? 0), 0);
  if (expected.lapses) expect(sum('lapsed')).toBe(expected.lapses.length);
  if (expected.reactivations) expect(sum('reactivated')).toBe(expected.reactivations.length);
  const [counted = {}] = body.states as Record<string, number>[];
  const named = Object.values(expected.states ?? {});
  for (const state of new Set(named)) {
    const clients = (STATES[state] ?? []).reduce((total, figure) => total + (counted[figure] ?? 0), 0);
    expect([state, clients]).toEqual([state, named.filter((one) => one === state).length]);
  }
}
