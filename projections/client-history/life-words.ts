import { money } from './money.js';
import { after, days, inBrackets, listed, sentence, spaced } from './sentences.js';
import type { Vocabulary } from './vocabulary.js';

/** The words of the lifecycle and of complaints. */
export const lifeWords = {
  ClientConverted: ({ source, channel }) =>
    `Became a client${inBrackets(source && `from ${source}`, channel && `by ${channel}`)}`,
  ClientServiced: (service) => {
    const { serviceType, technicians, amountMinor, currency, urgency, outcome, rating } = service;
    const by = technicians?.length ? `by ${listed(technicians)}` : undefined;
    const details = sentence(
      [serviceType, by].filter(Boolean).join(' '),
      amountMinor !== undefined && currency && money(amountMinor, currency),
      urgency !== 'routine' && urgency,
      outcome !== 'completed' && outcome && spaced(outcome),
      rating && `rated ${rating} of 5`,
    );
    return after(service.callbackOf ? 'Serviced to put an earlier job right' : 'Serviced', details);
  },
  ServiceCorrected: (
    { servicedAt, previouslyServicedAt, amountMinor, currency, previousAmountMinor, reason },
    dayOf,
  ) =>
    after(
      'Service corrected',
      sentence(
        servicedAt !== previouslyServicedAt && `from ${dayOf(previouslyServicedAt)} to ${dayOf(servicedAt)}`,
        amountMinor !== undefined &&
          currency &&
          amountMinor !== previousAmountMinor &&
          `amount ${money(amountMinor, currency)}`,
        reason,
      ),
    ),
  ServiceVoided: ({ servicedAt, reason }, dayOf) =>
    after(`Service of ${dayOf(servicedAt)} voided`, sentence(reason)),
  ClientLapsed: ({ windowDays, lastServicedAt }, dayOf) =>
    `Lapsed after ${days(windowDays)} without a service (last on ${dayOf(lastServicedAt)})`,
  ClientReactivated: ({ daysLapsed, episode }) => {
    const when = daysLapsed === 0 ? 'on the day of the lapse' : `${days(daysLapsed)} after the lapse`;
    return `Came back ${when} (episode ${episode})`;
  },
  LapseRevoked: () => 'Lapse withdrawn: the services on record do not bear it out',
  ReactivationRevoked: () => 'Return withdrawn: the services on record do not bear it out',
  ClientComplained: ({ category, severity, channel, repeatOf }) =>
    after(
      repeatOf ? 'Complained again' : 'Complained',
      sentence(category, severity && `${severity} severity`, channel && `by ${channel}`),
    ),
  ComplaintResolved: ({ cause, remedy, creditMinor, currency, satisfaction }) =>
    after(
      'Complaint resolved',
      sentence(
        remedy,
        creditMinor !== undefined && currency && `credit of ${money(creditMinor, currency)}`,
        cause && `caused by ${cause}`,
        satisfaction && `satisfaction ${satisfaction} of 5`,
      ),
    ),
  ComplaintReopened: () => 'Complaint open again',
} satisfies Vocabulary;
