import { describe, expect, it } from '@jest/globals';
import { clientDecider } from '../client/client.decider.js';
import type { ClientEvent } from '../client/client.events.js';
import { stateOf } from '../client/lifecycle/lifecycle.evolve.js';
import { plusDays } from '../schema/instant.js';
import type { ClientFact } from './client-fact.js';
import { importClient, type ImportClient } from './import-client.decision.js';
import { ImportIds } from './import-ids.js';
import { ninetyDays } from '../../test/support/commands.js';

const client = new ImportIds('crm').client('C-17');
const start = '2024-01-01T09:00:00.000Z';
const day = (days: number) => plusDays(start, days);
const now = day(400);
const policy = ninetyDays;

const converted = (at: string): ClientFact => ({ type: 'converted', at, data: { source: 'referral' } });
const serviced = (ref: string, at: string, amountMinor?: number): ClientFact => {
  const amount = amountMinor === undefined ? {} : { amountMinor, currency: 'CAD' };
  return { type: 'serviced', at, data: { serviceId: client.service(ref), ...amount } };
};
const complained = (at: string): ClientFact => ({
  type: 'complained',
  at,
  data: { complaintId: client.complaint('K-1') },
});
const resolved = (at: string): ClientFact => ({
  type: 'resolved',
  at,
  data: { complaintId: client.complaint('K-1'), remedy: 'revisit' },
});
const noted = (at: string): ClientFact => ({
  type: 'noted',
  at,
  data: { noteId: client.note(at, 'x'), text: 'x' },
});

/** Given facts on record; when these are imported (numbered from line 1); then so much follows. */
const given = (...onRecord: ClientEvent[]) => ({
  when: (facts: ClientFact[], more: Partial<ImportClient> = {}) => {
    const state = onRecord.reduce(clientDecider.evolve, clientDecider.initial);
    const services = facts.filter(({ type }) => type === 'serviced').map(({ at }) => at);
    const outcome = importClient(state, {
      clientId: client.id,
      facts: facts.map((fact, index) => ({ line: index + 1, fact })),
      firstServicedAt: services.toSorted()[0] ?? null,
      now,
      policy,
      last: true,
      recordedBefore: 0,
      ...more,
    });
    expect(outcome.recorded + outcome.known + outcome.refused.length).toBe(facts.length);
    expect(outcome.events.reduce(clientDecider.evolve, state)).toEqual(outcome.state);
    return outcome;
  },
});
const recordOf = (...facts: ClientFact[]) => [...given().when(facts).events];
const told = (events: readonly ClientEvent[]) =>
  events.map(({ type, occurredAt }) => `${type} ${occurredAt}`);

describe('the import of a client', () => {
  it('records a life with the lapses and returns that its services come to, at their own dates', () => {
    const facts = [
      converted(day(0)),
      serviced('1', day(1), 8200),
      serviced('2', day(200)),
      serviced('3', day(250)),
    ];
    const { events, recorded, state } = given().when(facts);
    expect(recorded).toBe(4);
    expect(told(events)).toEqual([
      `ClientConverted ${day(0)}`,
      `ClientServiced ${day(1)}`,
      `ClientLapsed ${day(91)}`,
      `ClientServiced ${day(200)}`,
      `ClientReactivated ${day(200)}`,
      `ClientServiced ${day(250)}`,
      `ClientLapsed ${day(340)}`,
    ]);
    expect(stateOf(state.lifecycle)).toBe('lapsed');
  });

  it('records no lapse that the next service forestalls', () => {
    const quarterly = [0, 89, 178, 267, 356].map((days, index) => serviced(String(index), day(days)));
    expect(told(given().when([converted(day(0)), ...quarterly]).events)).toEqual([
      `ClientConverted ${day(0)}`,
      ...quarterly.map(({ at }) => `ClientServiced ${at}`),
    ]);
  });

  it('lapses a client only after the last of its facts', () => {
    const facts = [converted(day(0)), serviced('1', day(1))];
    expect(told(given().when(facts, { last: false }).events)).not.toContain(`ClientLapsed ${day(91)}`);
    const onRecord = given().when(facts, { last: false }).events;
    const rest = given(...onRecord).when([noted(day(5))], { recordedBefore: 2 });
    expect(told(rest.events)).toEqual([`NoteAdded ${day(5)}`, `ClientLapsed ${day(91)}`]);
    // Also where the last facts turn out to be no news.
    const known = given(...onRecord).when([serviced('1', day(1))], { recordedBefore: 2 });
    expect(told(known.events)).toEqual([`ClientLapsed ${day(91)}`]);
  });

  it('converts a serviced client that never converted at its first service, though facts lie before it', () => {
    const { events, recorded, refused } = given().when([
      noted(day(0)),
      serviced('1', day(3)),
      serviced('2', day(400)),
    ]);
    expect(told(events).slice(0, 3)).toEqual([
      `ClientConverted ${day(3)}`,
      `NoteAdded ${day(0)}`,
      `ClientServiced ${day(3)}`,
    ]);
    expect({ recorded, refused }).toEqual({ recorded: 3, refused: [] });
  });

  it('takes the conversion first, whatever its date', () => {
    const { events, refused } = given().when([converted(day(30)), serviced('1', day(1))]);
    expect(told(events)).toEqual([
      `ClientConverted ${day(30)}`,
      `ClientServiced ${day(1)}`,
      `ClientLapsed ${day(91)}`,
    ]);
    expect(refused).toEqual([]);
  });

  it('records complaints, what became of them, and notes', () => {
    const { events } = given().when([converted(day(0)), complained(day(2)), resolved(day(4)), noted(day(4))]);
    expect(told(events)).toEqual([
      `ClientConverted ${day(0)}`,
      `ClientComplained ${day(2)}`,
      `ComplaintResolved ${day(4)}`,
      `NoteAdded ${day(4)}`,
    ]);
  });
});

describe('importing again', () => {
  const life = [
    converted(day(0)),
    serviced('1', day(1), 8200),
    complained(day(2)),
    resolved(day(3)),
    noted(day(3)),
    serviced('2', day(200)),
  ];

  it('changes nothing', () => {
    const again = given(...recordOf(...life)).when(life);
    expect(again).toMatchObject({ events: [], recorded: 0, known: life.length, refused: [] });
  });

  it('leaves a client of whom nothing is new to the clock', () => {
    const later = { now: day(1_000) };
    expect(given(...recordOf(...life)).when(life, later).events).toEqual([]);
  });

  it('after breaking off anywhere records the rest, and the record is the same as in one go', () => {
    const whole = recordOf(...life);
    for (let done = 0; done <= life.length; done++) {
      const first = given().when(life.slice(0, done), { last: false, firstServicedAt: day(1) });
      const second = given(...first.events).when(life);
      expect([...first.events, ...second.events].slice(0, whole.length - 1)).toEqual(whole.slice(0, -1));
      expect(second.known).toBe(done);
    }
  });

  it('records a service that had been missing, and withdraws the lapse that it disproves', () => {
    const onRecord = recordOf(converted(day(0)), serviced('1', day(1)), serviced('3', day(120)));
    const { events } = given(...onRecord).when([serviced('2', day(60))]);
    expect(told(events)).toEqual([
      `ClientServiced ${day(60)}`,
      `ReactivationRevoked ${now}`,
      `LapseRevoked ${now}`,
    ]);
  });
});

describe('a fact is refused by itself, and the rest is recorded,', () => {
  const onRecord = recordOf(converted(day(0)), serviced('1', day(1), 8200), complained(day(2)));

  it.each<[string, ClientEvent[], ClientFact, RegExp]>([
    [
      'when the client converted on another date',
      onRecord,
      converted(day(5)),
      /recorded as converted on 2024-01-01T09:00/,
    ],
    [
      'when the service is recorded on another date',
      onRecord,
      serviced('1', day(2), 8200),
      /serviceRef is recorded on 2024-01-02T09:00:00.000Z, over 8200 minor units of CAD/,
    ],
    [
      'when the service is recorded with another amount',
      onRecord,
      serviced('1', day(1), 8300),
      /over 8200 minor units of CAD/,
    ],
    [
      'when the service is recorded with an amount, and now comes without',
      onRecord,
      serviced('1', day(1)),
      /over 8200/,
    ],
    [
      'when the complaint is recorded on another date',
      onRecord,
      complained(day(3)),
      /complaintRef is recorded on 2024-01-03/,
    ],
    [
      'when a resolution knows no complaint',
      recordOf(converted(day(0))),
      resolved(day(3)),
      /no complaint of this complaintRef/,
    ],
    [
      'when a resolution lies before the complaint',
      onRecord,
      resolved(day(1)),
      /raised only on 2024-01-03T09:00/,
    ],
    ['when nobody knows the client', [], noted(day(1)), /neither a conversion nor a service/],
  ])('%s', (_, before, fact, reason) => {
    const { events, refused } = given(...before).when([fact, serviced('9', day(9))], {
      firstServicedAt: before.length > 0 ? day(9) : null,
    });
    expect(refused[0]).toEqual({ line: 1, reason: expect.stringMatching(reason) });
    if (before.length > 0) expect(told(events)).toContain(`ClientServiced ${day(9)}`);
  });

  it('when the same ref stands in the file twice with different dates: the earlier is recorded', () => {
    const { refused, recorded } = given().when([
      converted(day(0)),
      serviced('1', day(1)),
      serviced('1', day(2)),
    ]);
    expect(recorded).toBe(2);
    expect(refused).toEqual([{ line: 3, reason: expect.stringContaining(day(1)) }]);
  });

  it('when it is dated after now', () => {
    const { refused } = given().when([converted(day(0)), noted(day(401))]);
    expect(refused).toEqual([{ line: 2, reason: expect.stringMatching(/future/) }]);
  });
});
