import type { Instant } from '../../schema/instant.js';
import { castOf, type Step, type Story } from './story.js';

/** A house and its earlier problems, urgent calls, advice not taken yet, a reminder, an invoice not paid. */
export function plumbersStory(now: Instant): Story {
  const title = 'The plumber';
  const { id, at, on } = castOf(title, now);
  const site = id('house');
  const job = (daysAgo: number, name: string, serviceType: string, more: object): Step => ({
    ...{ daysAgo, method: 'POST', path: 'services' },
    body: { serviceId: id(name), serviceType, technicians: ['Marta'], propertyId: site, ...more },
  });
  const roots = 'Roots in the main drain; will come back';
  return {
    title,
    about: 'Tom’s drain blocks every other year, always at night.',
    clientId: id('tom'),
    steps: [
      {
        ...{ daysAgo: 900, method: 'POST', path: '', says: 'Tom Becker calls with water in his cellar' },
        body: {
          ...{ name: 'Tom Becker', phone: '+1 555 0111', trade: 'plumbing', clientType: 'residential' },
          source: 'phone book',
        },
      },
      {
        ...{ daysAgo: 900, method: 'POST', path: 'properties' },
        body: {
          ...{ propertyId: site, kind: 'house', address: '12 Harbour Street' },
          instructions: 'The main shut-off is behind the cellar door',
        },
      },
      {
        ...job(900, 'first', 'drain cleaning', { urgency: 'urgent', amountMinor: 12_000, currency: 'CAD' }),
        says: 'Marta clears the drain the same night',
      },
      {
        ...job(500, 'second', 'pipe repair', { urgency: 'emergency', amountMinor: 38_000, currency: 'CAD' }),
        says: 'A burst pipe, at four in the morning',
      },
      {
        ...job(200, 'third', 'drain cleaning', {
          ...{ urgency: 'urgent', amountMinor: 15_000, currency: 'CAD', outcome: 'follow_up_needed' },
          notes: roots,
        }),
        says: 'The drain again; this time Marta sees why',
      },
      {
        ...{ daysAgo: 200, method: 'POST', path: 'recommendations' },
        says: 'She recommends to look into it with a camera',
        body: {
          ...{ recommendationId: id('camera'), serviceType: 'drain camera', urgency: 'soon' },
          ...{ reason: roots, amountMinor: 24_000, currency: 'CAD', propertyId: site },
          expiresAt: at(-30),
        },
      },
      {
        ...{ daysAgo: 199, method: 'POST', path: 'invoices', says: 'The invoice goes out' },
        body: {
          ...{ invoiceId: id('invoice'), number: 'P-204', amountMinor: 15_000, currency: 'CAD' },
          ...{ dueOn: on(185), serviceIds: [id('third')] },
        },
      },
      {
        ...{ daysAgo: 190, method: 'POST', path: 'complaints', says: 'Tom complains: it runs slowly still' },
        body: { complaintId: id('slow'), serviceId: id('third'), category: 'callback', severity: 'high' },
      },
      job(188, 'callback', 'drain cleaning', { callbackOf: id('third'), outcome: 'completed' }),
      {
        ...{ daysAgo: 188, method: 'POST', path: `complaints/${id('slow')}/resolution` },
        ...{ says: 'Marta comes again, for nothing', body: { remedy: 'cleaned again', satisfaction: 4 } },
      },
      {
        ...{ daysAgo: 188, method: 'POST', path: 'follow-ups' },
        says: 'Next year’s maintenance is to be offered in time',
        body: {
          ...{ followUpId: id('reminder'), dueAt: at(5), topic: 'maintenance', assignee: 'Olga' },
          task: 'Offer to clean the drain before the winter',
        },
      },
      {
        ...{ daysAgo: 180, method: 'POST', path: `invoices/${id('invoice')}/overdue` },
        says: 'The invoice is overdue',
      },
      {
        ...{ daysAgo: 178, method: 'POST', path: 'communications' },
        body: { direction: 'sent', channel: 'phone', kind: 'payment_follow_up', invoiceId: id('invoice') },
      },
      {
        ...{ daysAgo: 170, method: 'POST', path: `invoices/${id('invoice')}/payment` },
        ...{ says: 'Tom pays a third of it', body: { amountMinor: 5_000, method: 'transfer' } },
      },
    ],
  };
}
