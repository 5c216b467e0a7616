import { bookingEvents } from './booking.events.js';
import { followUpWorkEvents } from './follow-up-work.events.js';
import { planTermsEvents } from './plan-details.events.js';

/** The facts of service work: plans, bookings, and what is still to be done. */
export const planEvents = { ...bookingEvents, ...planTermsEvents, ...followUpWorkEvents } as const;
