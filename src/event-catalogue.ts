import { clientEvents } from './client/client.events.js';
import { policyEvents } from './policy/policy.events.js';
import { rfmEvents } from './segment/rfm/rfm-cuts.events.js';
import { segmentEvents } from './segment/segment.events.js';

/** Every event type that Tenure stores, in any stream. */
export const allEvents = { ...clientEvents, ...segmentEvents, ...rfmEvents, ...policyEvents } as const;
