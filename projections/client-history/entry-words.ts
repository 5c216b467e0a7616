import { clientEvents, eventsByArea, type Area, type ClientEvent } from '../../src/client/client.events.js';
import type { Instant } from '../../src/schema/instant.js';
import { money } from './money.js';

export const CATEGORIES = Object.keys(eventsByArea) as Area[];

type Kind = ClientEvent['type'];
type Fact<K extends Kind> = Extract<ClientEvent, { type: K }>;

/** What the history says of each kind of fact; where nothing stands here, what the event type means in general. */
type Vocabulary = {
  readonly [K in Kind]?: (data: Fact<K>['data'], dayOf: (at: Instant) => string) => string;
};

/**
 * The words leave out whatever is personal (names, notes, what a complaint says): that stands in the fact's data, and
 * only there, so that forgetting a person never has to rewrite a sentence.
 */
export const vocabulary: Vocabulary = {
  ClientConverted: ({ source, channel }) =>
    `Became a client${inBrackets(source && `from ${source}`, channel && `by ${channel}`)}`,
  ClientServiced: (service) => {
    const { serviceType, technicians, amountMinor, currency, urgency, outcome, rating } = service;
    const by = technicians?.length ? `by ${listed(technicians)}` : undefined;
    const details = sentence(
      [serviceType, by].filter(Boolean).join(' '),
      amountMinor !== undefined && currency && money(amountMinor, currency),
      urgency !== 'routine' && urgency,
      outcome !== 'completed' && outcome?.replaceAll('_', ' '),
      rating && `rated ${rating} of 5`,
    );
    return after(service.callbackOf ? 'Serviced to put an earlier job right' : 'Serviced', details);
  },
  ClientLapsed: ({ windowDays, lastServicedAt }, dayOf) =>
    `Lapsed after ${days(windowDays)} without a service (last on ${dayOf(lastServicedAt)})`,
  ClientReactivated: ({ daysLapsed, episode }) => {
    const when = daysLapsed === 0 ? 'on the day of the lapse' : `${days(daysLapsed)} after the lapse`;
    return `Came back ${when} (episode ${episode})`;
  },
  LapseRevoked: () => 'Lapse withdrawn: a service within its window was recorded late',
  ReactivationRevoked: () => 'Return withdrawn: an earlier service was recorded late',
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
  NoteAdded: () => 'Note added',
  TagAdded: ({ tag }) => `Tagged ${tag}`,
  TagRemoved: ({ tag }) => `Tag ${tag} taken off`,
};

export const KINDS = Object.keys(clientEvents) as Kind[];

const categories = new Map<string, Area>(
  CATEGORIES.flatMap((area) => Object.keys(eventsByArea[area]).map((kind) => [kind, area] as const)),
);
/** @returns the area that a kind of fact belongs to */
export const categoryOf = (kind: Kind): Area => categories.get(kind) as Area;

/**
 * @param dayOf how a day is written, in the business's zone
 * @returns the fact in plain words for staff
 */
export function inWords(fact: ClientEvent, dayOf: (at: Instant) => string): string {
  // Type and data of a fact belong together, which is more than the compiler sees in a union.
  type Words = ((data: object, dayOf: (at: Instant) => string) => string) | undefined;
  const words = vocabulary[fact.type] as Words;
  return words?.(fact.data, dayOf) ?? clientEvents[fact.type].meaning.replace(/\.$/, '');
}

/** @returns a writer of days in a zone (IANA name), such as `2 Jan 2024` */
export function daysIn(timeZone: string): (at: Instant) => string {
  const format = new Intl.DateTimeFormat('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone,
  });
  return (at) => format.format(new Date(at));
}

type Part = string | false | 0 | undefined;

const sentence = (...parts: Part[]): string => parts.filter(Boolean).join(', ');
const after = (head: string, details: string): string => (details ? `${head}: ${details}` : head);
const days = (count: number): string => (count === 1 ? '1 day' : `${count} days`);

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

function inBrackets(...parts: Part[]): string {
  const said = parts.filter(Boolean).join(', ');
  return said ? ` (${said})` : '';
}
