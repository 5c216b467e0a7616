import { clientEvents } from './client/client.events.js';
import { policyEvents } from './policy/policy.events.js';
import { segmentEvents } from './segment/segment.events.js';

/** Every event type that Tenure stores, in any stream. */
export const allEvents = { ...clientEvents, ...segmentEvents, ...policyEvents } as const;
