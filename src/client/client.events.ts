import { billingEvents } from './billing/billing.events.js';
import { complaintEvents } from './complaints/complaint.events.js';
import { contactEvents } from './contact/contact.events.js';
import { identityEvents } from './identity/identity.events.js';
import { lifecycleEvents } from './lifecycle/lifecycle.events.js';
import { planEvents } from './plans/plan.events.js';
import { recordEvents } from './record/record.events.js';
import type { EventOf } from '../event-store/event-definition.js';

/** The facts of a client by area. The history groups by it. */
export const eventsByArea = {
  lifecycle: lifecycleEvents,
  complaints: complaintEvents,
  record: recordEvents,
  plans: planEvents,
  billing: billingEvents,
  contact: contactEvents,
  identity: identityEvents,
} as const;
export type Area = keyof typeof eventsByArea;

/** Every fact that a client's stream can hold. */
export const clientEvents = {
  ...lifecycleEvents,
  ...complaintEvents,
  ...recordEvents,
  ...planEvents,
  ...billingEvents,
  ...contactEvents,
  ...identityEvents,
} as const;
export type ClientEvent = EventOf<(typeof clientEvents)[keyof typeof clientEvents]>;

/** One client, one stream. */
export const CLIENT_STREAMS = 'client-';
export const clientStream = (clientId: string): string => `${CLIENT_STREAMS}${clientId}`;
export const clientIdOf = (stream: string): string => stream.slice(CLIENT_STREAMS.length);
