import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { ClientCommandOf } from '../client-command.js';
import type { ClientEvent } from '../client.events.js';
import { changed, noItems, type Items } from '../items.js';
import { slice, type ClientFact } from '../slice.js';
import type { Booking as Booked, BookingCancellation, MoveDetails, NoShow } from './booking.events.js';

export interface Booking {
  readonly bookingId: string;
  readonly status: 'booked' | 'kept' | 'cancelled' | 'missed';
  readonly madeAt: Instant;
  readonly scheduledFor: Instant;
  /** when it was kept, cancelled or missed */
  readonly endedAt?: Instant;
}
type Bookings = Items<Booking>;

export type MakeBooking = ClientCommandOf<'MakeBooking', Booked>;
export type MoveBooking = ClientCommandOf<'MoveBooking', MoveDetails & { bookingId: string }>;
export type CancelBooking = ClientCommandOf<'CancelBooking', BookingCancellation>;
export type RecordNoShow = ClientCommandOf<'RecordNoShow', NoShow>;

export const bookingSlice = slice<MakeBooking | MoveBooking | CancelBooking | RecordNoShow>()({
  initial: noItems<Booking>(),
  evolve: {
    BookingMade: (bookings, { data: { bookingId, scheduledFor }, occurredAt: madeAt }) =>
      bookings.set(bookingId, { bookingId, status: 'booked', madeAt, scheduledFor }),
    BookingMoved: (bookings, { data: { bookingId, scheduledFor } }) =>
      changed(bookings, bookingId, { scheduledFor }),
    BookingCancelled: (bookings, { data, occurredAt }) =>
      changed(bookings, data.bookingId, { status: 'cancelled', endedAt: occurredAt }),
    NoShowRecorded: (bookings, { data, occurredAt }) =>
      changed(bookings, data.bookingId, { status: 'missed', endedAt: occurredAt }),
    ClientServiced: keptBy,
  },
  decide: {
    MakeBooking: make,
    MoveBooking: (bookings, { data, at }) =>
      ofOpen(bookings, data.bookingId, ({ scheduledFor: previouslyScheduledFor }) =>
        previouslyScheduledFor === data.scheduledFor
          ? []
          : [{ type: 'BookingMoved', data: { ...data, previouslyScheduledFor }, occurredAt: at }],
      ),
    CancelBooking: (bookings, { data, at }) =>
      ofOpen(bookings, data.bookingId, () => [{ type: 'BookingCancelled', data, occurredAt: at }]),
    RecordNoShow: (bookings, { data, at }) =>
      ofOpen(bookings, data.bookingId, ({ scheduledFor }) =>
        at < scheduledFor
          ? Rejection.invalid('occurredAt', `nobody can be missed before the visit begins (${scheduledFor})`)
          : [{ type: 'NoShowRecorded', data, occurredAt: at }],
      ),
  },
});

/** @returns the bookings with the one kept that a service fulfils */
export function keptBy(
  bookings: Bookings,
  { data: { bookingId }, occurredAt }: ClientFact<'ClientServiced'>,
): Bookings {
  return bookingId === undefined
    ? bookings
    : changed(bookings, bookingId, { status: 'kept', endedAt: occurredAt });
}

function make(bookings: Bookings, { data, at }: MakeBooking): Decision<ClientEvent> {
  const known = bookings.get(data.bookingId);
  if (known) {
    return Rejection.illegal(known.status, 'book-once', `booking ${data.bookingId} is already recorded`);
  }
  return [{ type: 'BookingMade', data, occurredAt: at }];
}

function ofOpen(
  bookings: Bookings,
  bookingId: string,
  decide: (booking: Booking) => Decision<ClientEvent>,
): Decision<ClientEvent> {
  const booking = bookings.get(bookingId);
  if (!booking) return Rejection.unknown(`the client has no booking ${bookingId}`);
  if (booking.status !== 'booked') {
    return Rejection.illegal(
      booking.status,
      'change-what-is-booked',
      `booking ${bookingId} is ${booking.status}`,
    );
  }
  return decide(booking);
}
