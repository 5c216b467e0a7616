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
  ['Lapse withdrawn: the services on record do not bear it out', 'LapseRevoked', {}],
  ['Return withdrawn: the services on record do not bear it out', 'ReactivationRevoked', {}],
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
  [
    'Service corrected: from 2 Jan 2024 to 1 Feb 2024, amount 45.00 CAD, typed wrongly',
    'ServiceCorrected',
    {
      ...{
        servicedAt: '2024-02-01T10:00:00.000Z',
        previouslyServicedAt: '2024-01-02T10:00:00.000Z',
        reason: 'typed wrongly',
      },
      ...{ amountMinor: 4500, currency: 'CAD', previousAmountMinor: 5000 },
    },
  ],
  [
    'Service corrected',
    'ServiceCorrected',
    { servicedAt: '2024-01-02T10:00:00.000Z', previouslyServicedAt: '2024-01-02T10:00:00.000Z' },
  ],
  [
    'Service of 2 Jan 2024 voided: entered twice',
    'ServiceVoided',
    { servicedAt: '2024-01-02T10:00:00.000Z', reason: 'entered twice' },
  ],
  ['Complaint open again', 'ComplaintReopened', { description: 'it drips again' }],
  [
    'Details changed: commercial, plumbing',
    'ClientDetailsChanged',
    { name: 'Ada', clientType: 'commercial', trade: 'plumbing' },
  ],
  ['Looked after by Marie from now on', 'OwnerAssigned', { owner: 'Marie' }],
  ['Note written anew', 'NoteAmended', { text: 'under the gnome' }],
  [
    'Preference recorded: preferred technician',
    'PreferenceSet',
    { key: 'preferred_technician', value: 'JJ' },
  ],
  ['Preference no longer holds: preferred technician', 'PreferenceCleared', { key: 'preferred_technician' }],
  [
    'May not be contacted by sms for review request',
    'CommunicationPreferenceChanged',
    { channel: 'sms', kind: 'review_request', granted: false },
  ],
  [
    'May be contacted by email',
    'CommunicationPreferenceChanged',
    { channel: 'email', kind: 'any', granted: true },
  ],
  ['Site added: cottage, house', 'PropertyAdded', { label: 'cottage', kind: 'house', address: '1 Lane' }],
  ['Site changed: cottage', 'PropertyChanged', { label: 'cottage' }],
  ['How to get in was written down', 'AccessNoteRecorded', { note: '4711' }],
  ['How to get in was looked up', 'AccessNoteViewed', {}],
  [
    'Equipment: Daikin Altherma (heat pump, installed 2024-03-01)',
    'EquipmentInstalled',
    { kind: 'heat pump', make: 'Daikin', model: 'Altherma', installedOn: '2024-03-01' },
  ],
  ['Equipment: heat pump', 'EquipmentInstalled', { kind: 'heat pump' }],
  ['Equipment retired: replaced', 'EquipmentRetired', { reason: 'replaced' }],
  ['Warranty until 2029-03-01 by Daikin', 'WarrantyRecorded', { until: '2029-03-01', provider: 'Daikin' }],
  ['Contact added (caretaker)', 'ContactLinked', { name: 'Grace', role: 'caretaker' }],
  ['Contact taken off', 'ContactUnlinked', { contactId: id }],
  ['Contacted by email (review request)', 'CommunicationSent', { channel: 'email', kind: 'review_request' }],
  ['Got in touch by phone (support)', 'CommunicationReceived', { channel: 'phone', kind: 'support' }],
  [
    'Win-back attempted by post: 10 % off, campaign spring',
    'ReactivationAttempted',
    { channel: 'post', offer: '10 % off', campaign: 'spring' },
  ],
  ['Feedback: 9 (nps)', 'FeedbackReceived', { instrument: 'nps', score: 9, comment: 'fine' }],
  ['Closed: moved away', 'ClientClosed', { reason: 'moved_away', remarks: 'to Ohio' }],
  ['Reopened: is back', 'ClientReopened', { reason: 'is back' }],
  ['Merged into another client: same telephone', 'ClientMergedInto', { reason: 'same telephone' }],
  ['Another client was merged into this one, with 1 service', 'ClientAbsorbed', { life: { services: [{}] } }],
  ['A client merged into this one was parted from it', 'ClientUnmerged', { side: 'survivor' }],
  [
    'Parted from the client it was merged into: brothers',
    'ClientUnmerged',
    { side: 'restored', reason: 'brothers' },
  ],
  ['Forgotten (request)', 'ClientErased', { basis: 'request' }],
  [
    'Booked for 1 Feb 2024: deep clean with JJ',
    'BookingMade',
    { scheduledFor: '2024-02-01T10:00:00.000Z', serviceType: 'deep clean', technicians: ['JJ'] },
  ],
  [
    'Booking moved from 2 Jan 2024 to 1 Feb 2024 by the client',
    'BookingMoved',
    {
      previouslyScheduledFor: '2024-01-02T10:00:00.000Z',
      scheduledFor: '2024-02-01T10:00:00.000Z',
      by: 'client',
    },
  ],
  ['Booking cancelled by the business: snow', 'BookingCancelled', { by: 'business', reason: 'snow' }],
  ['Nobody was there for the booked visit', 'NoShowRecorded', { bookingId: id }],
  [
    'Plan taken up: fortnightly clean every 14 days: 80.00 CAD',
    'PlanEnrolled',
    { name: 'fortnightly clean', intervalDays: 14, amountMinor: 8000, currency: 'CAD' },
  ],
  ['Plan changed: every 7 days', 'PlanChanged', { intervalDays: 7 }],
  [
    'Plan paused until 1 Feb 2024: holidays',
    'PlanPaused',
    { until: '2024-02-01T10:00:00.000Z', reason: 'holidays' },
  ],
  ['Plan goes on', 'PlanResumed', { planId: id }],
  ['Plan ended: moved', 'PlanEnded', { reason: 'moved' }],
  [
    'Recommended: drain camera (can wait, 120.00 CAD)',
    'RecommendationMade',
    { serviceType: 'drain camera', urgency: 'can_wait', amountMinor: 12_000, currency: 'CAD' },
  ],
  ['Recommendation accepted', 'RecommendationAccepted', { recommendationId: id }],
  ['Recommendation declined: too dear', 'RecommendationDeclined', { reason: 'too dear' }],
  [
    'To do by 1 Feb 2024: quality call (Marie)',
    'FollowUpScheduled',
    { dueAt: '2024-02-01T10:00:00.000Z', topic: 'quality_call', assignee: 'Marie' },
  ],
  ['Follow-up done', 'FollowUpDone', { outcome: 'all well' }],
  [
    'Agreed: discount, 10.00 CAD, second visit',
    'AdjustmentAgreed',
    { kind: 'discount', amountMinor: 1000, currency: 'CAD', reason: 'second visit' },
  ],
  [
    'Invoice 2024-7 over 82.00 CAD, due 2024-02-01',
    'InvoiceIssued',
    { number: '2024-7', amountMinor: 8200, currency: 'CAD', dueOn: '2024-02-01' },
  ],
  ['Invoice overdue', 'InvoiceOverdue', { invoiceId: id }],
  [
    'Paid: 82.00 CAD, direct debit',
    'InvoicePaid',
    { amountMinor: 8200, currency: 'CAD', method: 'direct_debit' },
  ],
  ['Given back: 10.00 CAD, late', 'InvoiceRefunded', { amountMinor: 1000, currency: 'CAD', reason: 'late' }],
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
        ...needed,
        ...strip(data),
      };
      expect(said({ type: kind, data: whole, occurredAt: at } as unknown as ClientEvent)).not.toContain(
        'SECRET',
      );
    }
  });
});

/** What words cannot do without. */
const needed = {
  ...{ servicedAt: at, previouslyServicedAt: at, scheduledFor: at, previouslyScheduledFor: at, dueAt: at },
  ...{ key: 'k', channel: 'email', kind: 'any', reason: 'other', life: { services: [] }, intervalDays: 7 },
  ...{ topic: 'other', serviceType: 's', instrument: 'nps', score: 9 },
};

const strip = (data: object) =>
  Object.fromEntries(Object.entries(data).filter(([, value]) => value !== undefined)) as object;
