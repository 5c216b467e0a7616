import { CLIENT_STREAMS, type ClientEvent } from '../../src/client/client.events.js';
import type { Projection } from '../../src/projecting/projection.js';
import { dayEnds, localDays } from '../local-day.js';
import {
  opportunities,
  prospects,
  serviceGaps,
  servicePairs,
} from '../opportunities/opportunities.tables.js';
import { winBacks } from '../opportunities/win-back.js';
import { clientCards } from './client-card.js';
import { clientLifetimes, clientSearch, clientTags } from './client-lists.js';
import { clientRecords } from './client-record.js';
import { workItems } from './work-items.js';

export const CLIENT_RECORD = 'client-record';

/**
 * What staff look a client up by, what its card shows, what there is to see to, and whom to call.
 * @param timeZone the business's zone (IANA name): visits are counted by its days
 */
export const clientRecordProjection = (timeZone: string): Projection<ClientEvent> => ({
  name: CLIENT_RECORD,
  version: 4,
  parameters: { timeZone },
  streams: [CLIENT_STREAMS],
  tables: [
    clientRecords(localDays(timeZone)),
    ...[clientTags, clientLifetimes, clientSearch, clientCards],
    workItems(dayEnds(timeZone)),
    ...[opportunities, prospects, servicePairs, serviceGaps, winBacks],
  ],
});
