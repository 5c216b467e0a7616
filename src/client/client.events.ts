import type { Catalogue } from '../event-store/codec.js';
import { complaintEvents, type ComplaintEvent } from './complaints/complaint.events.js';
import { lifecycleEvents, type LifecycleEvent } from './lifecycle/lifecycle.events.js';
import { recordEvents, type RecordEvent } from './record/record.events.js';

/** Every fact that a client's stream can hold. */
export type ClientEvent = LifecycleEvent | ComplaintEvent | RecordEvent;

export const clientEvents: Catalogue<ClientEvent> = {
  ...lifecycleEvents,
  ...complaintEvents,
  ...recordEvents,
};

/** One client, one stream. */
export const CLIENT_STREAMS = 'client-';
export const clientStream = (clientId: string): string => `${CLIENT_STREAMS}${clientId}`;
export const clientIdOf = (stream: string): string => stream.slice(CLIENT_STREAMS.length);
