import type { Instant } from '../../schema/instant.js';
import { castOf, type Step, type Story } from './story.js';

/** Recurring cleans, instructions for the house, a preferred cleaner, a complaint, the interval to rebook at, a review. */
export function cleanersStory(now: Instant): Story {
  const title = 'The cleaner';
  const { id } = castOf(title, now);
  const site = id('home');
  const clean = (daysAgo: number, name: string, more: object = {}): Step => ({
    ...{ daysAgo, method: 'POST', path: 'services' },
    body: {
      ...{ serviceId: id(name), serviceType: 'regular clean', technicians: ['Rosa'], propertyId: site },
      ...{ amountMinor: 9_000, currency: 'CAD', ...more },
    },
  });
  const onPlan = { planId: id('fortnightly') };
  return {
    title,
    about: 'Ines has her house cleaned every two weeks, by Rosa if she can have it.',
    clientId: id('ines'),
    steps: [
      {
        ...{
          daysAgo: 120,
          method: 'POST',
          path: '',
          says: 'Ines Okafor becomes a client, sent by a neighbour',
        },
        body: {
          ...{ name: 'Ines Okafor', phone: '+1 555 0100', email: 'ines@example.com', trade: 'cleaning' },
          ...{ clientType: 'residential', source: 'referral', owner: 'Olga' },
        },
      },
      {
        ...{ daysAgo: 120, method: 'POST', path: 'properties', says: 'She says what to mind in the house' },
        body: {
          ...{ propertyId: site, label: 'home', kind: 'house', size: '120 m²', address: '4 Mill Lane' },
          instructions: 'Shoes off, and the cat stays in the study',
        },
      },
      {
        ...{ daysAgo: 120, method: 'PUT', path: `properties/${site}/access-note` },
        ...{ says: 'and where the key is', body: { note: 'Key safe by the back door, 4711' } },
      },
      {
        ...{ daysAgo: 119, method: 'PUT', path: 'preferences/preferred_technician' },
        ...{ says: 'She would like Rosa to come', body: { value: 'Rosa' } },
      },
      {
        ...{ daysAgo: 119, method: 'POST', path: 'plans', says: 'and to have it done every two weeks' },
        body: {
          ...{ ...onPlan, name: 'fortnightly clean', serviceType: 'regular clean', intervalDays: 14 },
          ...{ amountMinor: 9_000, currency: 'CAD', propertyId: site },
        },
      },
      { ...clean(104, 'first clean', { ...onPlan, rating: 5 }), says: 'Rosa cleans; five stars' },
      clean(90, 'second clean', { ...onPlan, rating: 5 }),
      {
        ...clean(76, 'third clean', { ...onPlan, technicians: ['Tim'], rating: 2 }),
        says: 'Rosa is ill, so Tim cleans; two stars',
      },
      {
        ...{
          daysAgo: 75,
          method: 'POST',
          path: 'complaints',
          says: 'Ines complains: the bathroom was left out',
        },
        body: {
          ...{ complaintId: id('bathroom'), serviceId: id('third clean'), category: 'quality' },
          ...{ severity: 'normal', description: 'The bathroom was left out' },
        },
      },
      {
        ...{ daysAgo: 75, method: 'PUT', path: 'preferences/excluded_technician', body: { value: 'Tim' } },
        says: 'She would rather not have Tim again',
      },
      {
        ...clean(74, 'bathroom again', { callbackOf: id('third clean'), amountMinor: 0, rating: 5 }),
        says: 'Rosa puts it right',
      },
      {
        ...{ daysAgo: 74, method: 'POST', path: `complaints/${id('bathroom')}/resolution` },
        ...{ says: 'The complaint is resolved', body: { remedy: 'done again by Rosa', satisfaction: 5 } },
      },
      clean(62, 'fourth clean', { ...onPlan, rating: 5 }),
      clean(48, 'fifth clean', { ...onPlan, rating: 5 }),
      {
        ...{ daysAgo: 47, method: 'POST', path: 'communications', says: 'She is asked for a review' },
        body: { direction: 'sent', channel: 'email', kind: 'review_request', serviceId: id('fifth clean') },
      },
      {
        ...{ daysAgo: 46, method: 'POST', path: 'feedback', says: 'and would recommend us, nine of ten' },
        body: { feedbackId: id('review'), instrument: 'nps', score: 9, serviceId: id('fifth clean') },
      },
      clean(34, 'sixth clean', { ...onPlan, rating: 5 }),
      clean(20, 'seventh clean', { ...onPlan, rating: 5 }),
      {
        ...{ daysAgo: 19, method: 'POST', path: `plans/${onPlan.planId}/end` },
        ...{
          says: 'The plan ends: she will call when she needs us',
          body: { reason: 'travels for a while' },
        },
      },
    ],
  };
}
