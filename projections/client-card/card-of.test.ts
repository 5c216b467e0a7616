import { describe, expect, it } from '@jest/globals';
import type { ItemsById } from '../client-record/card-items.js';
import { cardOf, type CardSources, type KnownRecord } from './card-of.js';
import { todayIn } from './today.js';

const on = (day: string) => `2024-${day}T10:00:00.000Z`;
const today = todayIn('Europe/Berlin')(on('06-01'));

const record: KnownRecord = {
  clientId: 'ada',
  name: 'Ada Lovelace',
  tags: [],
  ...{ state: 'active', stateSince: on('01-02'), convertedAt: on('01-01'), erased: false },
  ...{ firstServicedAt: on('01-02'), lastServicedAt: on('05-02'), services: 3, visits: 3, lifetime: [] },
  rhythm: { usualGapDays: 60, unusualGapDays: 65, servedUnder: {} },
};
const newcomer: Partial<KnownRecord> = {
  ...{ state: 'new', services: 0, visits: 0, firstServicedAt: undefined, lastServicedAt: undefined },
  rhythm: { usualGapDays: null, unusualGapDays: null, servedUnder: {} },
};

interface Given extends Partial<Omit<CardSources, 'record'>> {
  record?: Partial<KnownRecord>;
}
const card = ({ record: known = {}, ...parts }: Given = {}, now = today) =>
  cardOf(
    {
      record: { ...record, ...known },
      head: { complaints_ever: 0, revision: 7, position: 70n },
      ...{ items: {}, preferences: {}, consents: [], ...parts },
    },
    now,
  );
const items = (all: ItemsById): Given => ({ items: all });
const brief = (given: Given) => card(given).brief;

describe('what is due', () => {
  it('goes by plan: an interval after the last service under it', () => {
    const plans = { p: { intervalDays: 30, status: 'live' as const, at: on('03-01') } };
    const servedUnder = { p: on('05-02') };
    expect(
      card({ ...items({ plans }), record: { rhythm: { ...record.rhythm, servedUnder } } }),
    ).toMatchObject({
      nextDue: { at: on('06-01'), basis: 'plan' },
      flags: { onPlan: true, paused: false, dueForService: true },
    });
  });

  it('is not told by a plan that is paused', () => {
    const plans = { p: { intervalDays: 30, status: 'paused' as const, pausedUntil: on('07-01') } };
    expect(card(items({ plans }))).toMatchObject({
      nextDue: { at: on('07-01'), basis: 'own_cadence' },
      flags: { onPlan: true, paused: true, pausedUntil: on('07-01'), dueForService: false },
    });
  });

  it('is what was said at the last service, if anything was', () => {
    const services = {
      a: { at: on('03-01'), nextDueAt: on('04-01') },
      b: { at: on('05-02'), nextDueAt: on('11-02') },
    };
    expect(card(items({ services })).nextDue).toEqual({ at: on('11-02'), basis: 'stated' });
  });

  it('asks for nothing once a visit is booked, nor of a client that was closed', () => {
    const late = todayIn('UTC')(on('08-01'));
    expect(card({}, late).flags.dueForService).toBe(true);
    const bookings = { b: { scheduledFor: on('08-03') } };
    expect(card(items({ bookings }), late).flags.dueForService).toBe(false);
    const closed = card({ record: { state: 'closed' } }, late);
    expect(closed.flags.dueForService).toBe(false);
    expect(closed).not.toHaveProperty('nextDue');
  });
});

describe('who is at risk', () => {
  it('is told of clients that come, not of those that have lapsed or were closed', () => {
    const complaints = { c: { open: true, at: on('05-03') } };
    expect(card(items({ complaints })).flags.atRisk).toEqual(['a complaint is open']);
    for (const state of ['lapsed', 'closed', 'new'])
      expect(card({ ...items({ complaints }), record: { state } }).flags.atRisk).toEqual([]);
  });

  it('goes by the latest answer, given on the spot or when asked', () => {
    const services = { a: { at: on('05-02'), rating: 5 } };
    const feedback = { f: { at: on('05-03'), instrument: 'nps' as const, score: 3 } };
    expect(card(items({ services, feedback })).flags.atRisk).toEqual([
      'last gave 3 of 10 for recommending us',
    ]);
    expect(card(items({ services })).lastRating).toMatchObject({ instrument: 'stars', score: 5 });
  });
});

describe('days', () => {
  it('are those of the business: an invoice due today is not overdue, a warranty that ends today holds', () => {
    const given = items({
      invoices: { i: { amountMinor: 900, currency: 'CAD', paidMinor: 0, dueOn: '2024-06-01' } },
      equipment: { e: { kind: 'boiler', installedOn: '2022-06-01', warranty: { until: '2024-06-01' } } },
    });
    expect(card(given)).toMatchObject({
      unpaidInvoices: [{ overdue: false }],
      equipment: [{ ageYears: 2, warranty: { state: 'in_force' } }],
    });
    const afterMidnight = todayIn('Europe/Berlin')('2024-06-01T22:30:00.000Z');
    expect(card(given, afterMidnight)).toMatchObject({
      unpaidInvoices: [{ overdue: true }],
      equipment: [{ ageYears: 2, warranty: { state: 'expired' } }],
    });
  });
});

describe('contact', () => {
  const said = (channel: string, kind: string, granted: boolean) => ({
    channel,
    kind,
    granted,
    since: on('01-01'),
  });
  it('is refused when a channel was refused outright and nothing was agreed to', () => {
    const refuses = (...consents: ReturnType<typeof said>[]) => card({ consents }).flags.doNotContact;
    expect(refuses()).toBe(false);
    expect(refuses(said('sms', 'reminder', false))).toBe(false);
    expect(refuses(said('sms', 'any', false))).toBe(true);
    expect(refuses(said('sms', 'any', false), said('email', 'reminder', true))).toBe(false);
  });
});

describe('the brief', () => {
  it('of a client of whom nothing is known yet says so, in five lines', () => {
    expect(brief({ record: { ...newcomer, name: undefined } })).toEqual([
      'Name not known, client since 1 Jan 2024, new.',
      'Address not known. How to get in is not on record.',
      'Never served yet.',
      'Nothing particular to mind.',
      'Nothing is due, and nothing is owed.',
    ]);
  });

  it('says of somebody who was forgotten that, and what counts', () => {
    const services = { a: { at: on('05-02'), serviceType: 'clean' } };
    const [who, , last] = brief({ ...items({ services }), record: { name: undefined, erased: true } });
    expect(who).toBe('Somebody who was forgotten, client since 1 Jan 2024, active.');
    expect(last).toBe('Last time, on 2 May 2024: clean, not rated.');
  });

  it('leads to the site of the next visit, and tells whom to call unless that is not wanted', () => {
    const given: Given = {
      ...items({
        properties: {
          a: { address: '1 Road', at: on('01-01') },
          b: { address: '2 Road', label: 'shop', accessNoteAt: on('01-02'), at: on('01-02') },
        },
        bookings: { k: { scheduledFor: on('06-03'), propertyId: 'b' } },
      }),
      record: { phone: '555 0199' },
    };
    expect(brief(given)[1]).toBe(
      '2 Road, shop. How to get in is in the access note. One other site. Call 555 0199.',
    );
    const consents = [{ channel: 'phone', kind: 'any', granted: false, since: on('01-01') }];
    const shy = brief({ ...given, consents });
    expect(shy[1]).not.toContain('555');
    expect(shy[3]).toBe('To mind: not to be contacted.');
  });

  it('tells how it went last time, also that it was to put something right', () => {
    const services = {
      a: {
        ...{ at: on('05-02'), serviceType: 'drain cleaning', technicians: ['JJ', 'Marie'], callbackOf: 'x' },
        ...{ outcome: 'partly_completed', notes: ' roots\n in the pipe. ' },
      },
    };
    const feedback = { f: { at: on('05-04'), instrument: 'csat' as const, score: 4 } };
    expect(brief(items({ services, feedback }))[2]).toBe(
      'Last time, on 2 May 2024: drain cleaning by JJ and Marie, to put an earlier job right, partly completed, rated 4 of 5 for satisfaction. Noted then: roots in the pipe.',
    );
  });

  it('tells what to mind: people, wishes, advice, machines, the last note', () => {
    const given: Given = {
      ...items({
        equipment: {
          e: { kind: 'boiler', installedOn: '2023-05-01', warranty: { until: '2025-05-01' } },
        },
        recommendations: { r: { serviceType: 'descaling' } },
        notes: { n: { text: 'The dog bites.', at: on('04-01') } },
      }),
      preferences: { excluded_technicians: 'Pete, Rosa', no_bleach: 'on the marble' },
    };
    expect(brief(given)[3]).toBe(
      'To mind: does not want Pete and Rosa; no bleach: on the marble; recommended and not decided on: descaling; boiler (1 year old, under warranty until 2025-05-01); note of 1 Apr 2024: The dog bites.',
    );
  });

  it('adds up what is owed, each currency by itself', () => {
    const invoice = (amountMinor: number, currency: string) => ({ amountMinor, currency, paidMinor: 0 });
    const invoices = { a: invoice(100, 'CAD'), b: invoice(250, 'CAD'), c: invoice(900, 'JPY') };
    expect(brief({ ...items({ invoices }), record: newcomer })[4]).toBe('3.50 CAD and 900 JPY to be paid.');
  });
});
