import type { Invoice } from '../../src/client/billing/billing.events.js';
import type { Complaint, Resolution } from '../../src/client/complaints/complaint.events.js';
import type { Attempt, Feedback } from '../../src/client/contact/contact.events.js';
import type { Service } from '../../src/client/lifecycle/lifecycle.events.js';
import type { Booking } from '../../src/client/plans/booking.events.js';
import type { FollowUp, Recommendation } from '../../src/client/plans/follow-up-work.events.js';
import type { Plan } from '../../src/client/plans/plan-details.events.js';
import type { ContactPerson } from '../../src/client/record/contact-person.events.js';
import type { Equipment, Warranty } from '../../src/client/record/equipment.events.js';
import type { Note } from '../../src/client/record/note.events.js';
import type { Property } from '../../src/client/record/property.events.js';
import type { Forgotten } from '../../src/event-store/forgotten.js';
import type { Instant } from '../../src/schema/instant.js';

/** A fact's data without what was forgotten. Of what another client brought in, only what counts is known here. */
type Recalled<T> = { [K in keyof T]?: Exclude<T[K], Forgotten> };
/** `at`: when it happened */
type Item<T, More = object> = Recalled<T> & Partial<More> & { at?: Instant };

/**
 * The things of a client that its card tells of, by their ids, under the names that they have where clients are decided on:
 * what is open or in force, and the latest of what has no end.
 */
export interface CardItems {
  services: Item<Service>;
  feedback: Item<Feedback>;
  notes: Item<Note>;
  complaints: Item<Complaint, Recalled<Resolution> & { open: boolean; resolvedAt: Instant }>;
  contacts: Item<ContactPerson>;
  properties: Item<Property, { accessNoteAt: Instant }>;
  equipment: Item<Equipment, { warranty: Recalled<Warranty> }>;
  plans: Item<Plan, { status: 'live' | 'paused'; pausedUntil: Instant }>;
  bookings: Item<Booking>;
  invoices: Item<Invoice, { paidMinor: number; overdue: boolean }>;
  recommendations: Item<Recommendation>;
  followUps: Item<FollowUp>;
  /** to win the client back */
  attempts: Item<Attempt>;
}
/** An item as a fact tells it. */
type Told<T> = { [K in keyof T]?: T[K] | Forgotten };
export type ItemKind = keyof CardItems;
export type ItemsById = { [K in ItemKind]?: Record<string, CardItems[K]> };

/** A row is written anew with every fact of the client, so it holds no more of a kind than so many, the latest. */
const MOST: Partial<Record<ItemKind, number>> = { services: 5, feedback: 5, notes: 3, attempts: 20 };
const MOST_OF_ANY = 100;

/** @returns the items with one put there, or put in another's place */
export function put<K extends ItemKind>(
  items: ItemsById,
  kind: K,
  id: string,
  item: Told<CardItems[K]>,
): ItemsById {
  return { ...items, [kind]: latest(kind, { ...items[kind], [id]: known(item) }) };
}

/** @returns the items with one changed; one that is not there stays away */
export function patch<K extends ItemKind>(
  items: ItemsById,
  kind: K,
  id: string,
  changes: Told<CardItems[K]>,
): ItemsById {
  const item = items[kind]?.[id];
  return item ? put(items, kind, id, { ...item, ...changes }) : items;
}

export function drop(items: ItemsById, kind: ItemKind, id: string): ItemsById {
  const { [id]: dropped, ...others } = (items[kind] ?? {}) as Record<string, object>;
  return dropped ? { ...items, [kind]: others } : items;
}

/** @returns items of a kind by when they happened, then by id; no more than a row has room for */
export function latest<K extends ItemKind>(
  kind: K,
  byId: Record<string, CardItems[K]>,
): Record<string, CardItems[K]> {
  const most = MOST[kind] ?? MOST_OF_ANY;
  const entries = Object.entries(byId);
  return entries.length <= most ? byId : Object.fromEntries(entries.sort(byTime).slice(-most));
}

export const byTime = ([a, one]: [string, { at?: Instant }], [b, other]: [string, { at?: Instant }]) =>
  `${one.at ?? ''} ${a}` < `${other.at ?? ''} ${b}` ? -1 : 1;

/** @returns what is known of an item: neither what is absent nor what was forgotten */
function known<K extends ItemKind>(item: Told<CardItems[K]>): CardItems[K] {
  return Object.fromEntries(
    Object.entries(item).filter(([, value]) => value !== undefined && !isForgotten(value)),
  );
}

const isForgotten = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && (value as Partial<Forgotten>).forgotten === true;
