import { wholeDaysBetween, type Instant } from '../../src/schema/instant.js';
import { riskInWords } from '../client-card/risk-words.js';
import { money } from '../client-history/money.js';
import { days } from '../client-history/sentences.js';
import type { Amount } from '../client-record/life-figures.js';
import type { ReasonToday } from './opportunities-sql.js';

const BASES = {
  stated: 'as was said at the last one',
  plan: 'by plan',
  own_cadence: 'by habit',
  season: 'a year after the last one',
} as const;

/**
 * @param lifetime what the client's services came to
 * @returns why a client is on the list, in words and with figures; nothing personal
 */
export function reasonInWords(reason: ReasonToday, lifetime: readonly Amount[], now: Instant): string {
  const since = (at: Instant): string => days(wholeDaysBetween(at, now));
  switch (reason.kind) {
    case 'due_for_service':
      return reason.dueAt <= now
        ? `the next service was due ${since(reason.dueAt)} ago, ${BASES[reason.basis]}; none is booked`
        : `the next service is due in ${days(wholeDaysBetween(now, reason.dueAt))}, ${BASES[reason.basis]}; none is booked`;
    case 'not_returned':
      return `came once, ${since(reason.servicedAt)} ago; others come again within ${days(reason.usualDays)}`;
    case 'plan_candidate':
      return `${reason.visits} visits, usually ${days(Math.round(reason.usualGapDays))} apart, and no plan`;
    case 'additional_service': {
      const { mainType, serviceType, clients, of } = reason;
      return `${clients} of ${of} clients who mostly have ${mainType} also had ${serviceType}; this one never`;
    }
    case 'reactivation': {
      const worth = lifetime.map(({ amountMinor, currency }) => money(amountMinor, currency)).join(' and ');
      return `lapsed ${since(reason.lapsedSince)} ago after ${reason.visits} visits${worth && `, worth ${worth}`}`;
    }
    case 'at_risk':
      return riskOf(reason, now);
  }
}

function riskOf(reason: Extract<ReasonToday, { kind: 'at_risk' }>, now: Instant): string {
  switch (reason.because) {
    case 'quiet':
      return riskInWords({
        kind: 'quiet',
        days: wholeDaysBetween(reason.since, now),
        usualDays: reason.usualDays,
      });
    case 'quiet_for_type':
      return `quiet for ${days(wholeDaysBetween(reason.since, now))}, where four of five clients come again within ${days(reason.usualDays)} of ${reason.serviceType}`;
    case 'open_complaint':
      return riskInWords({ kind: 'open_complaint', count: reason.count });
    case 'low_rating':
      return riskInWords({ kind: 'low_rating', rating: reason.rating });
  }
}
