import { CLIENT_STREAMS, type ClientEvent } from '../../src/client/client.events.js';
import type { Projection } from '../../src/projecting/projection.js';
import { clientAmendments } from './client-amendment.js';
import { clientEntries } from './client-entry.js';
import { clientTies } from './client-tie.js';

export const CLIENT_HISTORY = 'client-history';

/**
 * Every fact of a client in words, which facts put others right, and which clients are one.
 * @param timeZone the business's zone (IANA name): the words name days in it
 */
export const clientHistory = (timeZone: string): Projection<ClientEvent> => ({
  name: CLIENT_HISTORY,
  version: 3,
  parameters: { timeZone },
  streams: [CLIENT_STREAMS],
  tables: [clientEntries(timeZone), clientAmendments(timeZone), clientTies],
});
