import type { Instant } from '../../schema/instant.js';
import { castOf, type Step, type Story } from './story.js';

/** A commercial account with what its site demands, past jobs, a warranty that ends, and work to come. */
export function electriciansStory(now: Instant): Story {
  const title = 'The electrician';
  const { id, at, on } = castOf(title, now);
  const [site, board] = [id('offices'), id('switchboard')];
  const job = (daysAgo: number, serviceType: string, amountMinor: number, more: object = {}): Step => ({
    ...{ daysAgo, method: 'POST', path: 'services' },
    body: {
      ...{ serviceId: id(serviceType), serviceType, technicians: ['Grace'], propertyId: site },
      ...{ amountMinor, currency: 'CAD', ...more },
    },
  });
  return {
    title,
    about: 'Brightside has three floors of offices, and plans for its car park.',
    clientId: id('brightside'),
    steps: [
      {
        ...{ daysAgo: 700, method: 'POST', path: '', says: 'Brightside Offices becomes a client' },
        body: {
          ...{ name: 'Brightside Offices Ltd', trade: 'electrical', clientType: 'commercial' },
          ...{ source: 'tender', owner: 'Henrik', tags: ['key-account'] },
        },
      },
      {
        ...{ daysAgo: 700, method: 'POST', path: 'contacts', says: 'Lena Fuchs looks after the building' },
        body: { contactId: id('lena'), name: 'Lena Fuchs', role: 'facility manager', phone: '+1 555 0133' },
      },
      {
        ...{ daysAgo: 699, method: 'POST', path: 'properties', says: 'and says what the site demands' },
        body: {
          ...{ propertyId: site, label: 'head office', kind: 'office', address: '1 Bright Square' },
          instructions: 'Sign in at reception; isolate board B first; arc-flash protection',
        },
      },
      { ...job(690, 'rewiring', 820_000), says: 'Grace rewires the first floor' },
      {
        ...job(345, 'panel upgrade', 460_000, { equipmentId: board, rating: 5 }),
        says: 'and puts in a new switchboard',
      },
      {
        ...{ daysAgo: 345, method: 'POST', path: 'equipment' },
        body: {
          equipmentId: board,
          kind: 'switchboard',
          make: 'Hager',
          installedOn: on(345),
          propertyId: site,
        },
      },
      {
        ...{ daysAgo: 345, method: 'POST', path: `equipment/${board}/warranty` },
        ...{ says: 'with a year’s warranty', body: { until: on(-20), terms: 'parts and labour' } },
      },
      job(100, 'inspection', 34_000, { outcome: 'completed', nextDueAt: at(-265) }),
      {
        ...{ daysAgo: 100, method: 'POST', path: 'recommendations' },
        says: 'At the inspection Grace recommends charging points for the car park',
        body: {
          ...{ recommendationId: id('charging points'), serviceType: 'charging points', urgency: 'can_wait' },
          ...{ amountMinor: 1_200_000, currency: 'CAD', propertyId: site },
        },
      },
      {
        ...{ daysAgo: 99, method: 'POST', path: 'invoices' },
        body: { invoiceId: id('invoice'), amountMinor: 34_000, currency: 'CAD', dueOn: on(69) },
      },
      {
        ...{
          daysAgo: 80,
          method: 'POST',
          path: `invoices/${id('invoice')}/payment`,
          says: 'Brightside pays',
        },
        body: { method: 'transfer' },
      },
      {
        ...{ daysAgo: 3, method: 'POST', path: 'bookings', says: 'and would like to talk about them' },
        body: {
          ...{ bookingId: id('survey'), scheduledFor: at(-7), serviceType: 'survey', technicians: ['Grace'] },
          propertyId: site,
        },
      },
    ],
  };
}
