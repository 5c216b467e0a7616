import { clientEvents } from './client/client.events.js';
import { segmentEvents } from './segment/segment.events.js';

/** Every event type that Tenure stores, in any stream. */
export const allEvents = { ...clientEvents, ...segmentEvents } as const;
