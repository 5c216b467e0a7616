import { describe, expect, it } from '@jest/globals';
import { validate as isUuid } from 'uuid';
import { ImportIds } from './import-ids.js';
import { readImportLine } from './import-line.js';

const now = '2026-11-22T12:00:00.000Z';
const ids = new ImportIds('crm');
const read = (line: object, source = ids) => readImportLine(line as Record<string, unknown>, source, now);
const at = { clientRef: 'C-17', occurredAt: '2024-01-02T10:00:00+01:00' };
const ada = ids.client('C-17');

describe('a line of an import', () => {
  it('becomes a conversion', () => {
    const details = {
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      phone: '+44 20 7946 0001',
      address: '12 St James’s Square',
      source: 'referral',
      channel: 'phone',
      clientType: 'residential',
      trade: 'cleaning',
      owner: 'Kim',
      tags: ['vip'],
    };
    expect(read({ type: 'converted', ...at, ...details, referrerRef: 'C-3' })).toEqual({
      clientId: ada.id,
      fact: {
        type: 'converted',
        at: '2024-01-02T09:00:00.000Z',
        data: { ...details, referrerId: ids.client('C-3').id },
      },
    });
  });

  it('becomes a service; one technician is a list of one, an instant is told in UTC', () => {
    const line = {
      type: 'serviced',
      ...at,
      serviceRef: 'J-1',
      serviceType: 'drain cleaning',
      technician: 'JJ',
      amountMinor: 8200,
      currency: 'CAD',
      rating: 5,
      callbackOfRef: 'J-0',
      nextDueAt: '2024-07-01T00:00:00+02:00',
    };
    expect(read(line)).toEqual({
      clientId: ada.id,
      fact: {
        type: 'serviced',
        at: '2024-01-02T09:00:00.000Z',
        data: {
          serviceId: ada.service('J-1'),
          callbackOf: ada.service('J-0'),
          serviceType: 'drain cleaning',
          technicians: ['JJ'],
          amountMinor: 8200,
          currency: 'CAD',
          rating: 5,
          nextDueAt: '2024-06-30T22:00:00.000Z',
        },
      },
    });
  });

  it('becomes a complaint, its resolution, or a note', () => {
    const complaint = { complaintRef: 'K-1', category: 'quality', severity: 'high', description: 'streaks' };
    expect(read({ type: 'complained', ...at, ...complaint, serviceRef: 'J-1' })).toMatchObject({
      fact: {
        type: 'complained',
        data: { complaintId: ada.complaint('K-1'), serviceId: ada.service('J-1') },
      },
    });
    expect(
      read({ type: 'resolved', ...at, complaintRef: 'K-1', remedy: 'revisit', satisfaction: 4 }),
    ).toMatchObject({
      fact: {
        type: 'resolved',
        data: { complaintId: ada.complaint('K-1'), remedy: 'revisit', satisfaction: 4 },
      },
    });
    expect(read({ type: 'noted', ...at, text: 'the dog is friendly' })).toMatchObject({
      fact: {
        type: 'noted',
        data: {
          noteId: ada.note('2024-01-02T09:00:00.000Z', 'the dog is friendly'),
          text: 'the dog is friendly',
        },
      },
    });
  });

  it.each([
    [
      'an unknown type',
      { type: 'secret', ...at },
      /type must be one of converted, serviced, service_corrected/,
    ],
    ['a type that objects have by themselves', { type: 'constructor', ...at }, /type must be one of/],
    ['no type', at, /type must be one of/],
    [
      'an unknown field',
      { type: 'noted', ...at, text: 'secret', txt: 1 },
      /unknown: txt \(meant: text\?\); a line of type noted may hold .*text/,
    ],
    [
      'a field with personal data for a name',
      { type: 'noted', ...at, text: 'x', 'secret name': 1 },
      /a field with an odd name/,
    ],
    ['__proto__', '{"type":"noted","__proto__":{"text":"secret"}}', /unknown: __proto__/],
    [
      'a field of another type',
      { type: 'noted', ...at, text: 'secret', amountMinor: 1 },
      /unknown: amountMinor/,
    ],
    [
      'an id where a ref belongs',
      { type: 'serviced', ...at, serviceId: ada.id },
      /unknown: serviceId .*serviceRef is missing/,
    ],
    ['no clientRef', { type: 'noted', occurredAt: at.occurredAt, text: 'secret' }, /clientRef is missing/],
    ['a blank clientRef', { type: 'noted', ...at, clientRef: ' ', text: 'secret' }, /clientRef must be text/],
    [
      'a clientRef that is a number',
      { type: 'noted', ...at, clientRef: 17, text: 'secret' },
      /clientRef must be text/,
    ],
    ['no serviceRef', { type: 'serviced', ...at }, /serviceRef is missing/],
    ['no complaintRef', { type: 'resolved', ...at }, /complaintRef is missing/],
    [
      'no instant',
      { type: 'noted', clientRef: 'C-17', text: 'secret' },
      /occurredAt must be an ISO 8601 instant/,
    ],
    [
      'a date without a time',
      { type: 'noted', ...at, occurredAt: '2024-01-02', text: 'secret' },
      /occurredAt must be/,
    ],
    [
      'a time without a zone',
      { type: 'noted', ...at, occurredAt: '2024-01-02T09:00:00', text: 'secret' },
      /occurredAt must be/,
    ],
    [
      'a day that is none',
      { type: 'noted', ...at, occurredAt: '2023-02-29T09:00:00Z', text: 'secret' },
      /occurredAt must be/,
    ],
    [
      'the future',
      { type: 'noted', ...at, occurredAt: '2026-11-22T12:00:00.001Z', text: 'secret' },
      /occurredAt must not lie in the future; it is 2026-11-22T12:00:00.000Z now/,
    ],
    ['a note without text', { type: 'noted', ...at }, /text must/],
    ['null instead of absent', { type: 'converted', ...at, name: null }, /name must be/],
    ['a broken e-mail address', { type: 'converted', ...at, email: 'secret' }, /email must be an email/],
    [
      'an unknown trade',
      { type: 'converted', ...at, trade: 'secret' },
      /trade must be one of the following values: cleaning/,
    ],
    ['a tag with a space', { type: 'converted', ...at, tags: ['secret tag'] }, /tags must be a tag/],
    [
      'an amount that is no whole number',
      { type: 'serviced', ...at, serviceRef: 'J-1', amountMinor: 82.5, currency: 'CAD' },
      /amountMinor must/,
    ],
    [
      'a negative amount',
      { type: 'serviced', ...at, serviceRef: 'J-1', amountMinor: -1, currency: 'CAD' },
      /amountMinor must not be less than 0/,
    ],
    [
      'an amount without a currency',
      { type: 'serviced', ...at, serviceRef: 'J-1', amountMinor: 8200 },
      /currency is missing/,
    ],
    [
      'a currency without an amount',
      { type: 'serviced', ...at, serviceRef: 'J-1', currency: 'CAD' },
      /amountMinor is missing/,
    ],
    [
      'a currency of nobody',
      { type: 'serviced', ...at, serviceRef: 'J-1', amountMinor: 1, currency: 'XYZ' },
      /currency must be/,
    ],
    [
      'a rating beyond five',
      { type: 'serviced', ...at, serviceRef: 'J-1', rating: 6 },
      /rating must not be greater than 5/,
    ],
    [
      'technician twice',
      { type: 'serviced', ...at, serviceRef: 'J-1', technician: 'secret', technicians: ['secret'] },
      /technician or technicians, not both/,
    ],
    [
      'several in technician',
      { type: 'serviced', ...at, serviceRef: 'J-1', technician: ['secret'] },
      /several go into technicians/,
    ],
    [
      'half a surrogate pair',
      `{"type":"noted","clientRef":"C-17","occurredAt":"${at.occurredAt}","text":"secret \\ud83d"}`,
      /text must not contain .*half surrogate pairs/,
    ],
    ['a NUL character', { type: 'noted', ...at, text: 'secret\u0000' }, /text must not contain NUL/],
    ['an object where text belongs', { type: 'noted', ...at, text: { secret: 1 } }, /text must/],
  ])('is refused with the reason for %s, and without what it said', (_, line, reason) => {
    const refused = read(typeof line === 'string' ? (JSON.parse(line) as object) : line);
    expect(refused).toEqual(expect.stringMatching(reason));
    expect(refused).not.toContain('secret');
  });

  it('is refused for all its faults at once', () => {
    expect(read({ type: 'serviced', occurredAt: 'today', amountMinor: 1 })).toBe(
      [
        'occurredAt must be an ISO 8601 instant with a zone, such as 2024-01-02T09:00:00Z',
        'clientRef is missing',
        'serviceRef is missing',
        'currency is missing: amountMinor needs one',
      ].join('; '),
    );
  });
});

describe('the ids of an import', () => {
  it('are UUIDs that follow from the source and the refs alone', () => {
    const again = new ImportIds('crm').client('C-17');
    const all = [
      (client: typeof ada) => client.id,
      (client: typeof ada) => client.service('1'),
      (client: typeof ada) => client.complaint('1'),
      (client: typeof ada) => client.note('2024-01-02T09:00:00.000Z', '1'),
    ];
    for (const id of all) {
      expect(isUuid(id(ada))).toBe(true);
      expect(id(again)).toBe(id(ada));
      expect(id(new ImportIds('till').client('C-17'))).not.toBe(id(ada));
      expect(id(ids.client('C-18'))).not.toBe(id(ada));
    }
    expect(new Set(all.map((id) => id(ada))).size).toBe(all.length);
  });
});
