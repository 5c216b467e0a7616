import { clientEvents, eventsByArea, type Area, type ClientEvent } from '../../src/client/client.events.js';
import type { Instant } from '../../src/schema/instant.js';
import { lifeWords } from './life-words.js';
import { recordWords } from './record-words.js';
import type { Kind, Vocabulary } from './vocabulary.js';
import { workWords } from './work-words.js';

/** The areas of facts; the visits stand apart from the rest of the lifecycle, as they are what is mostly looked for. */
export type Category = Area | 'service';
const AREAS = Object.keys(eventsByArea) as Area[];
export const CATEGORIES: readonly Category[] = ['service', ...AREAS];
const SERVICE: readonly Kind[] = ['ClientServiced', 'ServiceCorrected', 'ServiceVoided'];

const vocabulary: Vocabulary = { ...lifeWords, ...recordWords, ...workWords };

export const KINDS = Object.keys(clientEvents) as Kind[];

const categories = new Map<string, Category>([
  ...AREAS.flatMap((area) => Object.keys(eventsByArea[area]).map((kind) => [kind, area] as const)),
  ...SERVICE.map((kind) => [kind, 'service'] as const),
]);
/** @returns the category that a kind of fact belongs to */
export const categoryOf = (kind: Kind): Category => categories.get(kind) as Category;

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
