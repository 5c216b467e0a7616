import { CLIENT_STREAMS, type ClientEvent } from '../../src/client/client.events.js';
import type { Projection } from '../../src/projecting/projection.js';
import { localDays } from '../local-day.js';
import { clientCards } from './client-card.js';
import { clientLifetimes, clientSearch, clientTags } from './client-lists.js';
import { clientRecords } from './client-record.js';

export const CLIENT_RECORD = 'client-record';

/**
 * What staff look a client up by, and what its card shows.
 * @param timeZone the business's zone (IANA name): visits are counted by its days
 */
export const clientRecordProjection = (timeZone: string): Projection<ClientEvent> => ({
  name: CLIENT_RECORD,
  version: 1,
  parameters: { timeZone },
  streams: [CLIENT_STREAMS],
  tables: [clientRecords(localDays(timeZone)), clientTags, clientLifetimes, clientSearch, clientCards],
});
