import type { ClientEvent } from '../../src/client/client.events.js';
import type { Instant } from '../../src/schema/instant.js';
import { drop, patch, put, type ItemsById } from './card-items.js';
import { restored, withAbsorbed, withoutReleased } from './card-merges.js';

type Fact<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>;
type ItemChanges = {
  readonly [Type in ClientEvent['type']]?: (
    items: ItemsById,
    data: Fact<Type>['data'],
    at: Instant,
  ) => ItemsById;
};

/** What facts do to the things of a client that its card tells of. */
export const itemChanges: ItemChanges = {
  ClientServiced: (items, { serviceId, bookingId, ...service }, at) => {
    const kept = bookingId === undefined ? items : drop(items, 'bookings', bookingId);
    return put(kept, 'services', serviceId, { ...service, at });
  },
  ServiceCorrected: (items, { serviceId, servicedAt: at, ...correction }) => {
    const {
      reason: _reason,
      previouslyServicedAt: _at,
      previousAmountMinor: _amount,
      previousCurrency: _currency,
      ...service
    } = correction;
    return put(items, 'services', serviceId, { ...items.services?.[serviceId], ...service, at });
  },
  ServiceVoided: (items, { serviceId }) => drop(items, 'services', serviceId),
  FeedbackReceived: (items, { feedbackId, ...feedback }, at) =>
    put(items, 'feedback', feedbackId, { ...feedback, at }),
  ClientComplained: (items, { complaintId, ...complaint }, at) =>
    put(items, 'complaints', complaintId, { ...complaint, at, open: true }),
  ComplaintResolved: (items, { complaintId, ...resolution }, resolvedAt) =>
    patch(items, 'complaints', complaintId, { ...resolution, open: false, resolvedAt }),
  ComplaintReopened: (items, { complaintId, ...more }, at) =>
    put(items, 'complaints', complaintId, {
      ...items.complaints?.[complaintId],
      ...more,
      at,
      open: true,
      resolvedAt: undefined,
    }),
  NoteAdded: (items, { noteId, ...note }, at) => put(items, 'notes', noteId, { ...note, at }),
  NoteAmended: (items, { noteId, ...note }) => patch(items, 'notes', noteId, note),
  PropertyAdded: (items, { propertyId, ...property }, at) =>
    put(items, 'properties', propertyId, { ...property, at }),
  PropertyChanged: (items, { propertyId, ...property }) => patch(items, 'properties', propertyId, property),
  AccessNoteRecorded: (items, { propertyId }, accessNoteAt) =>
    patch(items, 'properties', propertyId, { accessNoteAt }),
  EquipmentInstalled: (items, { equipmentId, ...equipment }, at) =>
    put(items, 'equipment', equipmentId, { ...equipment, at }),
  EquipmentRetired: (items, { equipmentId }) => drop(items, 'equipment', equipmentId),
  WarrantyRecorded: (items, { equipmentId, ...warranty }) =>
    patch(items, 'equipment', equipmentId, { warranty }),
  ContactLinked: (items, { contactId, ...contact }, at) =>
    put(items, 'contacts', contactId, { ...contact, at }),
  ContactUnlinked: (items, { contactId }) => drop(items, 'contacts', contactId),
  PlanEnrolled: (items, { planId, ...plan }, at) =>
    put(items, 'plans', planId, { ...plan, status: 'live', at }),
  PlanChanged: (items, { planId, ...terms }) => patch(items, 'plans', planId, terms),
  PlanPaused: (items, { planId, until }) =>
    patch(items, 'plans', planId, { status: 'paused', pausedUntil: until }),
  PlanResumed: (items, { planId }) =>
    patch(items, 'plans', planId, { status: 'live', pausedUntil: undefined }),
  PlanEnded: (items, { planId }) => drop(items, 'plans', planId),
  BookingMade: (items, { bookingId, ...booking }, at) =>
    put(items, 'bookings', bookingId, { ...booking, at }),
  BookingMoved: (items, { bookingId, scheduledFor }) => patch(items, 'bookings', bookingId, { scheduledFor }),
  BookingCancelled: (items, { bookingId }) => drop(items, 'bookings', bookingId),
  NoShowRecorded: (items, { bookingId }) => drop(items, 'bookings', bookingId),
  RecommendationMade: (items, { recommendationId, ...recommendation }, at) =>
    put(items, 'recommendations', recommendationId, { ...recommendation, at }),
  RecommendationAccepted: (items, { recommendationId }) => drop(items, 'recommendations', recommendationId),
  RecommendationDeclined: (items, { recommendationId }) => drop(items, 'recommendations', recommendationId),
  FollowUpScheduled: (items, { followUpId, ...followUp }, at) =>
    put(items, 'followUps', followUpId, { ...followUp, at }),
  FollowUpDone: (items, { followUpId }) => drop(items, 'followUps', followUpId),
  ReactivationAttempted: (items, { attemptId, ...attempt }, at) =>
    put(items, 'attempts', attemptId, { ...attempt, at }),
  InvoiceIssued: (items, { invoiceId, ...invoice }, at) =>
    put(items, 'invoices', invoiceId, { ...invoice, at, paidMinor: 0, overdue: false }),
  InvoiceOverdue: (items, { invoiceId }) => patch(items, 'invoices', invoiceId, { overdue: true }),
  InvoicePaid: (items, { invoiceId, amountMinor }) => {
    const { amountMinor: due = 0, paidMinor = 0 } = items.invoices?.[invoiceId] ?? {};
    const paid = paidMinor + amountMinor;
    return paid < due
      ? patch(items, 'invoices', invoiceId, { paidMinor: paid })
      : drop(items, 'invoices', invoiceId);
  },
  ClientAbsorbed: withAbsorbed,
  ClientUnmerged: (items, data) =>
    data.side === 'survivor' ? withoutReleased(items, data) : restored(items, data),
};
