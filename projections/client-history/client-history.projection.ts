import { CLIENT_STREAMS, type ClientEvent } from '../../src/client/client.events.js';
import type { Projection } from '../../src/projecting/projection.js';
import { clientEntries } from './client-entry.js';

export const CLIENT_HISTORY = 'client-history';

/**
 * Every fact of a client in words.
 * @param timeZone the business's zone (IANA name): the words name days in it
 */
export const clientHistory = (timeZone: string): Projection<ClientEvent> => ({
  name: CLIENT_HISTORY,
  version: 3,
  parameters: { timeZone },
  streams: [CLIENT_STREAMS],
  tables: [clientEntries(timeZone)],
});
