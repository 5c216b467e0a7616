import type { Rule } from './rule.js';

interface ReadyMade {
  /** names it for ever: its id derives from it */
  readonly key: string;
  readonly name: string;
  readonly description: string;
  readonly rule: Rule;
}

/** Scores need a currency. A business that works in one of these has scores in that one alone. */
const CURRENCIES = ['CAD', 'USD', 'EUR', 'GBP', 'AUD'];

const rfm = (segment: string, name: string, description: string): ReadyMade => ({
  key: `rfm/${segment}`,
  name,
  description,
  rule: {
    or: CURRENCIES.map((currency) => ({ fact: 'rfmSegment', op: 'eq', value: segment, currency })),
  },
});
const state = (value: string, name: string, description: string): ReadyMade => ({
  key: `state/${value}`,
  name,
  description,
  rule: { fact: 'state', op: 'eq', value },
});

const SERVED: Rule = { fact: 'state', op: 'in', value: ['active', 'reactivated'] };

/** The segments that Tenure begins with. They are like any other: the business revises or retires what does not suit it. */
export const readyMadeSegments: readonly ReadyMade[] = [
  state('new', 'New clients', 'Converted, and not serviced yet'),
  state('active', 'Active clients', 'Serviced, and not lapsed since'),
  state('lapsed', 'Lapsed clients', 'Without a service for as long as the lapse policy allows'),
  state('reactivated', 'Reactivated clients', 'Back after a lapse, with one service since'),
  state('closed', 'Closed clients', 'Closed by decision, and not reopened since'),
  {
    key: 'vip',
    name: 'VIP',
    description: 'Tagged vip, or in the best fifth by frequency and by spending',
    rule: {
      or: [
        { fact: 'tags', op: 'in', value: ['vip'] },
        ...CURRENCIES.map((currency): Rule => ({
          and: [
            { fact: 'rfmFrequency', op: 'eq', value: 5 },
            { fact: 'rfmMonetary', op: 'eq', value: 5, currency },
          ],
        })),
      ],
    },
  },
  {
    key: 'at-risk',
    name: 'At risk',
    description: 'Used to come, not lapsed, and without a service for 60 days',
    rule: {
      and: [
        SERVED,
        { fact: 'visits', op: 'gte', value: 2 },
        { fact: 'daysSinceLastService', op: 'gte', value: 60 },
      ],
    },
  },
  {
    key: 'due',
    name: 'Due',
    description: 'Not lapsed, with the last service 30 to 59 days ago',
    rule: { and: [SERVED, { fact: 'daysSinceLastService', op: 'between', value: [30, 59] }] },
  },
  {
    key: 'one-time',
    name: 'One-time',
    description: 'One visit, and none since for 90 days',
    rule: {
      and: [
        { fact: 'visits', op: 'eq', value: 1 },
        { fact: 'daysSinceLastService', op: 'gte', value: 90 },
      ],
    },
  },
  {
    key: 'regular',
    name: 'Regular',
    description: 'Not lapsed, with three visits or more in a year',
    rule: { and: [SERVED, { fact: 'visits', op: 'gte', value: 3, withinDays: 365 }] },
  },
  {
    key: 'unhappy',
    name: 'Unhappy',
    description: 'An open complaint, or a low last rating on any scale',
    rule: {
      or: [
        { fact: 'openComplaints', op: 'gte', value: 1 },
        { fact: 'lastStars', op: 'lte', value: 2 },
        { fact: 'lastCsat', op: 'lte', value: 2 },
        { fact: 'lastNps', op: 'lte', value: 6 },
      ],
    },
  },
  {
    key: 'plan-members',
    name: 'Plan members',
    description: 'With a plan that has not ended, paused or not',
    rule: { fact: 'onPlan', op: 'eq', value: true },
  },
  rfm('champions', 'RFM: champions', 'Lately here, and often or dearly'),
  rfm('loyal', 'RFM: loyal', 'Here not long ago, and often or dearly'),
  rfm('at_risk', 'RFM: at risk', 'Long away, and often or dearly before'),
  rfm('potential_loyal', 'RFM: potential loyal', 'Lately here, and now and then'),
  rfm('new_or_promising', 'RFM: new or promising', 'Lately here, and seldom before'),
  rfm('needs_attention', 'RFM: needs attention', 'Here not long ago, and not often'),
  rfm('about_to_sleep', 'RFM: about to sleep', 'Away for some time, and not often here'),
  rfm('hibernating', 'RFM: hibernating', 'Longest away, and now and then before'),
  rfm('lost', 'RFM: lost', 'Longest away, and seldom here'),
];
