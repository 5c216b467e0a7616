import { money } from './money.js';
import { after, days, inBrackets, listed, sentence, spaced } from './sentences.js';
import type { Vocabulary } from './vocabulary.js';

const priced = (amount: { amountMinor?: number; currency?: string }) =>
  amount.amountMinor !== undefined && amount.currency && money(amount.amountMinor, amount.currency);

/** The words of plans, bookings, further work and money. */
export const workWords = {
  BookingMade: ({ scheduledFor, serviceType, technicians }, dayOf) =>
    after(
      `Booked for ${dayOf(scheduledFor)}`,
      [serviceType, technicians?.length ? `with ${listed(technicians)}` : ''].filter(Boolean).join(' '),
    ),
  BookingMoved: ({ scheduledFor, previouslyScheduledFor, by, reason }, dayOf) =>
    after(
      `Booking moved from ${dayOf(previouslyScheduledFor)} to ${dayOf(scheduledFor)}${by ? ` by the ${by}` : ''}`,
      sentence(reason),
    ),
  BookingCancelled: ({ by, reason }) =>
    after(`Booking cancelled${by ? ` by the ${by}` : ''}`, sentence(reason)),
  NoShowRecorded: () => 'Nobody was there for the booked visit',
  PlanEnrolled: ({ name, serviceType, intervalDays, ...price }) =>
    after(
      `Plan taken up: ${name ?? serviceType ?? 'recurring service'} every ${days(intervalDays)}`,
      sentence(priced(price)),
    ),
  PlanChanged: ({ name, intervalDays, ...price }) =>
    after(
      'Plan changed',
      sentence(name, intervalDays !== undefined && `every ${days(intervalDays)}`, priced(price)),
    ),
  PlanPaused: ({ until, reason }, dayOf) =>
    after(`Plan paused${until ? ` until ${dayOf(until)}` : ''}`, sentence(reason)),
  PlanResumed: () => 'Plan goes on',
  PlanEnded: ({ reason }) => after('Plan ended', sentence(reason)),
  RecommendationMade: ({ serviceType, urgency, ...estimate }) =>
    `Recommended: ${serviceType}${inBrackets(urgency && spaced(urgency), priced(estimate))}`,
  RecommendationAccepted: () => 'Recommendation accepted',
  RecommendationDeclined: ({ reason }) => after('Recommendation declined', sentence(reason)),
  FollowUpScheduled: ({ topic, dueAt, assignee }, dayOf) =>
    `To do by ${dayOf(dueAt)}: ${spaced(topic)}${inBrackets(assignee)}`,
  FollowUpDone: () => 'Follow-up done',
  AdjustmentAgreed: ({ kind, reason, ...amount }) => `Agreed: ${kind}, ${sentence(priced(amount), reason)}`,
  InvoiceIssued: ({ number, dueOn, ...amount }) =>
    `Invoice${number ? ` ${number}` : ''} over ${priced(amount) || 'nothing'}${dueOn ? `, due ${dueOn}` : ''}`,
  InvoiceOverdue: () => 'Invoice overdue',
  InvoicePaid: ({ method, ...amount }) => after('Paid', sentence(priced(amount), method && spaced(method))),
  InvoiceRefunded: ({ reason, ...amount }) => after('Given back', sentence(priced(amount), reason)),
} satisfies Vocabulary;
