import type { Conversion } from '../../src/client/lifecycle/lifecycle.events.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { risksOf } from '../at-risk.js';
import type { CardItems } from '../client-record/card-items.js';
import type { ClientCardRow } from '../client-record/client-card.js';
import type { Rhythm } from '../client-record/life-figures.js';
import {
  BOOKING_GRACE_DAYS,
  dueOf,
  lastRating,
  listOf,
  refusesContact,
  type Identified,
} from '../client-record/outlook.js';
import type { LocalDay } from '../local-day.js';
import { briefOf } from './brief.js';
import type { CardEquipment, CardFlags, CardTechnicians, UnpaidInvoice } from './card-things.answers.js';
import type { ClientCard } from './client-card.answers.js';
import type { CardParts } from './pooled-card.js';
import { riskInWords } from './risk-words.js';
import type { Today } from './today.js';

/** The record of a client as it is read: what is not known is left out. */
export interface KnownRecord
  extends
    Conversion,
    Pick<
      ClientCard,
      'clientId' | 'state' | 'stateSince' | 'convertedAt' | 'firstServicedAt' | 'lastServicedAt'
    >,
    Pick<ClientCard, 'services' | 'visits' | 'lapsedSince' | 'lifetime'> {
  erased: boolean;
  rhythm: Rhythm;
}

export interface CardSources extends CardParts {
  readonly record: KnownRecord;
  readonly head: Pick<ClientCardRow, 'complaints_ever' | 'revision' | 'position'>;
}

/** @returns the card as it stands at `now`: what depends on the day is told from it, and kept nowhere */
export function cardOf(
  { record, head, items, preferences, consents }: CardSources,
  today: Today,
): ClientCard {
  const { now, dayOf } = today;
  const { erased, rhythm, ...who } = record;
  const services = listOf(items, 'services', 'serviceId').reverse();
  const complaints = listOf(items, 'complaints', 'complaintId').filter(({ open }) => open);
  const plans = listOf(items, 'plans', 'planId');
  const bookings = listOf(items, 'bookings', 'bookingId')
    .filter(({ scheduledFor = '' }) => scheduledFor > plusDays(now, -BOOKING_GRACE_DAYS))
    .sort((a, b) => ((a.scheduledFor ?? '') < (b.scheduledFor ?? '') ? -1 : 1));
  const invoices = listOf(items, 'invoices', 'invoiceId').map((invoice) => unpaid(invoice, dayOf(now)));
  const rating = lastRating(items);
  const due = dueOf(
    {
      convertedAt: record.convertedAt,
      lastServicedAt: record.lastServicedAt ?? null,
      trade: record.trade ?? null,
      rhythm,
    },
    items,
  );
  const here = record.state !== 'closed' && !erased;
  const risks =
    record.state === 'active' || record.state === 'reactivated'
      ? risksOf(
          {
            lastServicedAt: record.lastServicedAt ?? null,
            unusualGapDays: rhythm.unusualGapDays,
            openComplaints: complaints.length,
            lastRating: rating,
          },
          now,
        )
      : [];
  const flags: CardFlags = {
    openComplaints: complaints.length,
    atRisk: risks.map(riskInWords),
    dueForService: here && due !== null && due.at <= now && bookings.length === 0,
    overdueInvoice: invoices.some(({ overdue }) => overdue),
    ...pauseOf(plans),
    doNotContact: refusesContact(consents),
    erased,
  };
  // The items hold what the events of the client hold, whose fields the answer's classes declare.
  const card = {
    ...who,
    flags,
    ...(rhythm.usualGapDays === null ? {} : { usualGapDays: rhythm.usualGapDays }),
    ...(due && here ? { nextDue: due } : {}),
    ...(rating ? { lastRating: rating } : {}),
    complaintsEver: head.complaints_ever,
    openComplaints: complaints.map(({ open: _open, at: since, ...complaint }) => ({ ...complaint, since })),
    recentServices: services,
    technicians: techniciansOf(preferences, services[0]),
    preferences: Object.entries(preferences)
      .map(([key, value]) => ({ key, value }))
      .sort((a, b) => (a.key < b.key ? -1 : 1)),
    contacts: listOf(items, 'contacts', 'contactId').map(withoutTime),
    properties: listOf(items, 'properties', 'propertyId').map(withoutTime),
    equipment: listOf(items, 'equipment', 'equipmentId').map((one) => equipmentOf(one, dayOf(now))),
    plans: plans.map(({ at: since, ...plan }) => ({ ...plan, since })),
    bookings: bookings.map(withoutTime),
    unpaidInvoices: invoices,
    recommendations: listOf(items, 'recommendations', 'recommendationId').map(({ at: since, ...one }) => ({
      ...one,
      since,
    })),
    followUps: listOf(items, 'followUps', 'followUpId')
      .sort((a, b) => ((a.dueAt ?? '') < (b.dueAt ?? '') ? -1 : 1))
      .map(withoutTime),
    notes: listOf(items, 'notes', 'noteId')
      .filter(({ text }) => text !== undefined)
      .reverse(),
    consent: consents,
    revision: head.revision,
    position: String(head.position),
  } as Omit<ClientCard, 'brief'>;
  return { ...card, brief: briefOf(card, today) };
}

const withoutTime = <T extends { at?: Instant }>({ at: _at, ...item }: T) => item;

function unpaid(
  {
    paidMinor = 0,
    overdue = false,
    amountMinor = 0,
    at: _at,
    ...invoice
  }: Identified<'invoices', 'invoiceId'>,
  today: LocalDay,
): UnpaidInvoice {
  return {
    ...(invoice as Pick<UnpaidInvoice, 'invoiceId' | 'currency'>),
    amountMinor,
    openMinor: amountMinor - paidMinor,
    overdue: overdue || (invoice.dueOn !== undefined && invoice.dueOn < today),
  };
}

function equipmentOf(
  { at: _at, warranty, ...equipment }: Identified<'equipment', 'equipmentId'>,
  today: LocalDay,
): CardEquipment {
  const { installedOn } = equipment;
  return {
    ...(equipment as Pick<CardEquipment, 'equipmentId' | 'kind'>),
    ...(installedOn === undefined ? {} : { ageYears: yearsBetween(installedOn, today) }),
    ...(warranty?.until === undefined
      ? {}
      : {
          warranty: {
            ...warranty,
            until: warranty.until,
            state: warranty.until < today ? ('expired' as const) : ('in_force' as const),
          },
        }),
  };
}

/** Birthdays passed: of text, as days order in time. */
const yearsBetween = (from: LocalDay, to: LocalDay): number =>
  Math.max(0, Number(to.slice(0, 4)) - Number(from.slice(0, 4)) - (to.slice(5) < from.slice(5) ? 1 : 0));

function pauseOf(plans: readonly CardItems['plans'][]): Pick<CardFlags, 'onPlan' | 'paused' | 'pausedUntil'> {
  const onPlan = plans.length > 0;
  const paused = onPlan && plans.every(({ status }) => status === 'paused');
  const ends = plans.map(({ pausedUntil }) => pausedUntil);
  const known = paused && ends.every((end) => end !== undefined);
  return { onPlan, paused, ...(known ? { pausedUntil: ends.sort()[0] } : {}) };
}

function techniciansOf(
  preferences: Readonly<Record<string, string>>,
  last: CardItems['services'] | undefined,
): CardTechnicians {
  const named = (what: RegExp) =>
    Object.entries(preferences)
      .filter(([key]) => what.test(key))
      .flatMap(([, value]) => value.split(','))
      .map((name) => name.trim())
      .filter(Boolean);
  return {
    preferred: named(/^preferred_technicians?$/),
    excluded: named(/^excluded_technicians?$/),
    last: last?.technicians ?? [],
  };
}
