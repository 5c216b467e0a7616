import { describe, expect, it } from '@jest/globals';
import { fieldsOf } from '../../src/schema/fields.js';
import { clientEvents, type ClientEvent } from '../../src/client/client.events.js';
import { CATEGORIES, categoryOf, daysIn, inWords, KINDS } from './entry-words.js';

const id = '6f1c2d2e-1111-4222-8333-444455556666';
const at = '2024-04-01T10:00:00.000Z';
const said = (fact: ClientEvent, zone = 'UTC') => inWords(fact, daysIn(zone));

/** The words, and the fact they are said of. */
const examples: [string, ClientEvent['type'], object][] = [
  ['Became a client', 'ClientConverted', { name: 'Ada' }],
  ['Became a client (from referral)', 'ClientConverted', { source: 'referral' }],
  ['Became a client (from referral, by phone)', 'ClientConverted', { source: 'referral', channel: 'phone' }],
  ['Serviced', 'ClientServiced', { serviceId: id }],
  ['Serviced: drain cleaning', 'ClientServiced', { serviceId: id, serviceType: 'drain cleaning' }],
  [
    'Serviced: drain cleaning by JJ, 82.00 CAD',
    'ClientServiced',
    { serviceType: 'drain cleaning', technicians: ['JJ'], amountMinor: 8200, currency: 'CAD' },
  ],
  ['Serviced: by JJ, Max and Ann', 'ClientServiced', { technicians: ['JJ', 'Max', 'Ann'] }],
  ['Serviced: 0.00 CAD', 'ClientServiced', { amountMinor: 0, currency: 'CAD' }],
  ['Serviced: 8200 JPY', 'ClientServiced', { amountMinor: 8200, currency: 'JPY' }],
  ['Serviced: 8.200 KWD', 'ClientServiced', { amountMinor: 8200, currency: 'KWD' }],
  ['Serviced: 82.00 HUF', 'ClientServiced', { amountMinor: 8200, currency: 'HUF' }],
  ['Serviced: 10000000000.01 CAD', 'ClientServiced', { amountMinor: 1_000_000_000_001, currency: 'CAD' }],
  [
    'Serviced to put an earlier job right: emergency, follow up needed, rated 2 of 5',
    'ClientServiced',
    { callbackOf: id, urgency: 'emergency', outcome: 'follow_up_needed', rating: 2 },
  ],
  ['Serviced', 'ClientServiced', { urgency: 'routine', outcome: 'completed' }],
  [
    'Lapsed after 90 days without a service (last on 2 Jan 2024)',
    'ClientLapsed',
    { windowDays: 90, lastServicedAt: '2024-01-02T10:00:00.000Z' },
  ],
  [
    'Lapsed after 1 day without a service (last on 31 Mar 2024)',
    'ClientLapsed',
    { windowDays: 1, lastServicedAt: '2024-03-31T10:00:00.000Z' },
  ],
  ['Came back 12 days after the lapse (episode 2)', 'ClientReactivated', { daysLapsed: 12, episode: 2 }],
  ['Came back 1 day after the lapse (episode 3)', 'ClientReactivated', { daysLapsed: 1, episode: 3 }],
  ['Came back on the day of the lapse (episode 2)', 'ClientReactivated', { daysLapsed: 0, episode: 2 }],
  ['Lapse withdrawn: a service within its window was recorded late', 'LapseRevoked', {}],
  ['Return withdrawn: an earlier service was recorded late', 'ReactivationRevoked', {}],
  ['Complained', 'ClientComplained', { description: 'the tap drips' }],
  ['Complained: quality, high severity', 'ClientComplained', { category: 'quality', severity: 'high' }],
  ['Complained again: by phone', 'ClientComplained', { repeatOf: id, channel: 'phone' }],
  ['Complaint resolved', 'ComplaintResolved', {}],
  ['Complaint resolved: revisit', 'ComplaintResolved', { remedy: 'revisit' }],
  [
    'Complaint resolved: revisit, credit of 20.00 CAD, caused by worn seal, satisfaction 4 of 5',
    'ComplaintResolved',
    { remedy: 'revisit', cause: 'worn seal', creditMinor: 2000, currency: 'CAD', satisfaction: 4 },
  ],
  ['Note added', 'NoteAdded', { text: 'the key is under the mat' }],
  ['Tagged vip', 'TagAdded', { tag: 'vip' }],
  ['Tag vip taken off', 'TagRemoved', { tag: 'vip' }],
];

describe('the history in words', () => {
  it.each(examples)('says "%s" of a %s', (words, type, data) => {
    expect(said({ type, data, occurredAt: at } as ClientEvent)).toBe(words);
  });

  it('has words for every kind of fact, and an example of each', () => {
    expect(new Set(KINDS)).toEqual(new Set(Object.keys(clientEvents)));
    expect(new Set(examples.map(([, type]) => type))).toEqual(new Set(KINDS));
  });

  it('puts every kind in a category whose name is no kind, since one parameter takes both', () => {
    for (const kind of KINDS) expect(CATEGORIES).toContain(categoryOf(kind));
    expect(CATEGORIES.filter((category) => (KINDS as string[]).includes(category))).toEqual([]);
  });

  it('names days in the zone of the business', () => {
    const data = { lastServicedAt: '2024-01-02T23:30:00.000Z', windowDays: 90 };
    const fact = { type: 'ClientLapsed', data, occurredAt: at } as ClientEvent;
    expect(said(fact, 'UTC')).toContain('2 Jan 2024');
    expect(said(fact, 'Europe/Berlin')).toContain('3 Jan 2024');
  });

  it('repeats nothing personal, whatever a fact holds', () => {
    for (const kind of KINDS) {
      const fields = fieldsOf(clientEvents[kind].data);
      const data = Object.fromEntries(
        fields.map(({ name, personal }) => [name, personal ? 'SECRET' : undefined]),
      );
      const whole = {
        windowDays: 1,
        lastServicedAt: at,
        daysLapsed: 1,
        episode: 2,
        tag: 'vip',
        ...strip(data),
      };
      expect(said({ type: kind, data: whole, occurredAt: at } as unknown as ClientEvent)).not.toContain(
        'SECRET',
      );
    }
  });
});

const strip = (data: object) =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as object;
