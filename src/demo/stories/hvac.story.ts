import type { Instant } from '../../schema/instant.js';
import { castOf, type Story } from './story.js';

/** An installation and what followed it, equipment with its history, a service plan, the season that comes round. */
export function hvacStory(now: Instant): Story {
  const title = 'The heating engineer';
  const { id, at, on } = castOf(title, now);
  const [site, pump, plan] = [id('house'), id('heat pump'), id('maintenance')];
  const serviced = { technicians: ['Ahmed'], propertyId: site, equipmentId: pump };
  return {
    title,
    about: 'Nadia has a heat pump put in, and looked after.',
    clientId: id('nadia'),
    steps: [
      {
        ...{ daysAgo: 400, method: 'POST', path: '', says: 'Nadia Haddad orders a heat pump' },
        body: { name: 'Nadia Haddad', email: 'nadia@example.com', trade: 'hvac', clientType: 'residential' },
      },
      {
        ...{ daysAgo: 400, method: 'POST', path: 'properties' },
        body: { propertyId: site, kind: 'house', address: '8 Orchard Row' },
      },
      {
        ...{ daysAgo: 395, method: 'POST', path: 'services', says: 'Ahmed puts it in' },
        body: {
          ...{ serviceId: id('installation'), serviceType: 'installation', ...serviced },
          ...{ amountMinor: 1_450_000, currency: 'CAD' },
        },
      },
      {
        ...{ daysAgo: 395, method: 'POST', path: 'equipment', says: 'From now on we know the machine' },
        body: {
          ...{ equipmentId: pump, kind: 'heat pump', make: 'Daikin', model: 'Altherma 3', propertyId: site },
          ...{ serialNumber: 'DA-77120', installedOn: on(395) },
        },
      },
      {
        ...{ daysAgo: 395, method: 'POST', path: `equipment/${pump}/warranty` },
        ...{ says: 'under warranty for five years', body: { until: on(395 - 5 * 365), provider: 'Daikin' } },
      },
      {
        ...{ daysAgo: 395, method: 'POST', path: 'follow-ups', says: 'A month later it is to be looked at' },
        body: {
          ...{ followUpId: id('check'), dueAt: at(365), topic: 'installation_check' },
          serviceId: id('installation'),
        },
      },
      {
        ...{ daysAgo: 364, method: 'POST', path: `follow-ups/${id('check')}/completion` },
        ...{ says: 'and is', body: { outcome: 'Pressure fine, noise fine' } },
      },
      {
        ...{ daysAgo: 364, method: 'POST', path: 'plans', says: 'Nadia takes up a service plan for a year' },
        body: {
          ...{ planId: plan, name: 'half-yearly maintenance', serviceType: 'maintenance' },
          ...{ intervalDays: 182, endsOn: on(-10) },
        },
      },
      {
        ...{ daysAgo: 190, method: 'POST', path: 'services', says: 'The first maintenance' },
        body: {
          ...{ serviceId: id('first maintenance'), serviceType: 'maintenance', planId: plan, ...serviced },
          ...{ amountMinor: 18_000, currency: 'CAD', rating: 5 },
        },
      },
    ],
  };
}
