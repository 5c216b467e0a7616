import { money } from '../client-history/money.js';
import { days, inBrackets, listed, sentence, spaced } from '../client-history/sentences.js';
import type { CardEquipment } from './card-things.answers.js';
import type { ClientCard } from './client-card.answers.js';
import { ratingInWords } from './risk-words.js';
import type { Today } from './today.js';

export type Briefed = Omit<ClientCard, 'brief'>;
type Line = (card: Briefed, today: Today) => string;

/**
 * What the next technician has to know, who never met the client: who it is; where, and whether it is known how to get in;
 * what was done last, and how it went; what to mind; what is due, and what is owed.
 * @returns five lines; how to get in itself is in none of them
 */
export const briefOf = (card: Briefed, today: Today): string[] =>
  [who, where, lastTime, mind, dueAndOwed].map((line) => `${line(card, today)}.`);

const who: Line = (
  { name, flags, clientType, trade, convertedAt, state, owner, tags = [] },
  { dayInWords },
) => {
  const called = flags.erased
    ? 'Somebody who was forgotten'
    : ((name as string | undefined) ?? 'Name not known');
  const kind = [clientType, trade, 'client'].filter(Boolean).join(' ');
  return sentence(
    called,
    `${kind} since ${dayInWords(convertedAt)}`,
    state,
    owner && `looked after by ${owner}`,
    tags.length > 0 && `tagged ${listed(tags)}`,
  );
};

const where: Line = ({ address, properties, bookings, recentServices, contacts, phone, flags }) => {
  const nextSite = bookings[0]?.propertyId ?? recentServices[0]?.propertyId;
  const site = properties.find(({ propertyId }) => propertyId === nextSite) ?? properties[0];
  const place = (site?.address ?? address) as string | undefined;
  const others = properties.length - 1;
  const [contact] = contacts;
  const call = (contact?.phone ?? phone) as string | undefined;
  const called = contact ? `${contact.name as string}${inBrackets(contact.role)}` : '';
  return [
    sentence(place ?? 'Address not known', site?.label, site?.kind, site?.size),
    site?.instructions && `On site: ${site.instructions as string}`,
    site?.accessNoteAt ? 'How to get in is in the access note' : 'How to get in is not on record',
    others > 0 && `${others === 1 ? 'One other site' : `${others} other sites`}`,
    !flags.doNotContact && call && `Call ${[called, call].filter(Boolean).join(', ')}`,
  ]
    .filter(Boolean)
    .map((part) => withoutStop(part as string))
    .join('. ');
};

const lastTime: Line = ({ recentServices, lastServicedAt, lastRating }, { dayInWords }) => {
  const [service] = recentServices;
  if (!service || lastServicedAt === undefined) return 'Never served yet';
  const { serviceType, technicians = [], outcome, callbackOf, notes, serviceId, at } = service;
  const rating =
    lastRating?.serviceId === serviceId || (lastRating && lastRating.at >= at) ? lastRating : undefined;
  const done = [serviceType ?? 'a service', technicians.length > 0 && `by ${listed(technicians)}`];
  return [
    sentence(
      `Last time, on ${dayInWords(at)}: ${done.filter(Boolean).join(' ')}`,
      callbackOf && 'to put an earlier job right',
      outcome && spaced(outcome),
      rating ? `rated ${ratingInWords(rating)}` : 'not rated',
    ),
    notes && `Noted then: ${withoutStop(notes as string)}`,
  ]
    .filter(Boolean)
    .join('. ');
};

const mind: Line = (card, { dayInWords }) => {
  const { technicians, preferences, openComplaints, recommendations, equipment, flags, notes } = card;
  const others = preferences.filter(({ key }) => !/_technicians?$/.test(key));
  const told = [
    openComplaints.length > 0 &&
      `complaint open since ${dayInWords((openComplaints[0] as { since: string }).since)}${inBrackets(
        ...openComplaints.map(({ category, severity, description }) =>
          sentence(category, severity && `${severity} severity`, description as string | undefined),
        ),
      )}`,
    technicians.preferred.length > 0 && `wants ${listed(technicians.preferred)}`,
    technicians.excluded.length > 0 && `does not want ${listed(technicians.excluded)}`,
    ...others.map(({ key, value }) => `${spaced(key)}: ${value}`),
    recommendations.length > 0 &&
      `recommended and not decided on: ${listed(recommendations.map((one) => one.serviceType))}`,
    ...equipment.map(equipmentInWords),
    notes[0] && `note of ${dayInWords(notes[0].at)}: ${withoutStop(notes[0].text as string)}`,
    flags.doNotContact && 'not to be contacted',
  ].filter(Boolean);
  return told.length === 0 ? 'Nothing particular to mind' : `To mind: ${told.join('; ')}`;
};

function equipmentInWords({ kind, make, model, ageYears, warranty }: CardEquipment): string {
  const age = ageYears === undefined ? false : ageYears === 1 ? '1 year old' : `${ageYears} years old`;
  const cover =
    warranty &&
    (warranty.state === 'in_force' ? `under warranty until ${warranty.until}` : 'out of warranty');
  return [kind, make, model].filter(Boolean).join(' ') + inBrackets(age, cover);
}

const dueAndOwed: Line = ({ bookings, nextDue, unpaidInvoices, followUps, plans }, { now, dayInWords }) => {
  const [booking] = bookings;
  const open = [...sums(unpaidInvoices)].map(([currency, minor]) => money(minor, currency));
  const overdue = unpaidInvoices.filter((invoice) => invoice.overdue);
  const told = [
    booking &&
      `booked for ${dayInWords(booking.scheduledFor)}${booking.serviceType ? `: ${booking.serviceType}` : ''}`,
    nextDue &&
      `next service ${nextDue.at <= now ? 'was due on' : 'due on'} ${dayInWords(nextDue.at)}${inBrackets(BASES[nextDue.basis])}`,
    plans[0] &&
      `${plans[0].status === 'paused' ? 'paused plan' : 'plan'}: ${plans[0].name ?? plans[0].serviceType ?? 'recurring service'} every ${days(plans[0].intervalDays)}`,
    followUps[0] && `to do by ${dayInWords(followUps[0].dueAt)}: ${spaced(followUps[0].topic)}`,
    open.length > 0 && `${listed(open)} to be paid${overdue.length > 0 ? ', overdue' : ''}`,
  ].filter((part): part is string => Boolean(part));
  return told.length === 0 ? 'Nothing is due, and nothing is owed' : capitalised(told.join('; '));
};

const BASES = {
  stated: 'as was said',
  plan: 'by plan',
  own_cadence: 'by habit',
  season: 'by season',
} as const;

function sums(invoices: Briefed['unpaidInvoices']): Map<string, number> {
  const open = new Map<string, number>();
  for (const { currency, openMinor } of invoices) open.set(currency, (open.get(currency) ?? 0) + openMinor);
  return open;
}

const withoutStop = (text: string): string =>
  text
    .trim()
    .replace(/[.\s]+$/, '')
    .replace(/\s+/g, ' ');
const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
