import { CLIENT_STREAMS, clientIdOf } from '../../src/client/client.events.js';
import type {
  ClientAbsorbed,
  ClientMergedInto,
  ClientUnmerged,
} from '../../src/client/identity/identity.events.js';
import type { EventOf } from '../../src/event-store/event-definition.js';
import type { FoldRule, Projection, Table } from '../../src/projecting/projection.js';

type MergeEvent = EventOf<typeof ClientMergedInto | typeof ClientAbsorbed | typeof ClientUnmerged>;

/** How far the merge of a client into another has come, or its undoing. A client that is restored has no row. */
export type ClientMergeRow = {
  absorbed_id: string;
  survivor_id: string;
  /** `sealed`: the survivor does not know yet. `merged`: done. `released`: the client itself does not know yet that it is restored */
  status: 'sealed' | 'merged' | 'released';
};

const clientMerge: Table<ClientMergeRow> = {
  name: 'client_merge',
  columns: { absorbed_id: 'uuid', survivor_id: 'uuid', status: 'text' },
  key: ['absorbed_id'],
  indexes: [['survivor_id'], ['status']],
};

const merges: FoldRule<MergeEvent, ClientMergeRow> = {
  shape: 'fold',
  table: clientMerge,
  key: ({ stream, event }) => {
    if (event.type === 'ClientAbsorbed') return event.data.absorbedId;
    const ofSurvivor = event.type === 'ClientUnmerged' && event.data.side === 'survivor';
    return ofSurvivor ? event.data.otherId : clientIdOf(stream);
  },
  evolve: {
    ClientMergedInto: (_row, { stream, event }) => ({
      ...{ absorbed_id: clientIdOf(stream), survivor_id: event.data.survivorId, status: 'sealed' },
    }),
    ClientAbsorbed: (row) => row && { ...row, status: 'merged' },
    ClientUnmerged: (row, { event }) =>
      event.data.side === 'restored' ? null : row && { ...row, status: 'released' },
  },
};

/** Which clients are merged into which: for those who look for merges that were broken off. */
export const clientMerges: Projection<MergeEvent> = {
  name: 'client-merge',
  version: 1,
  streams: [CLIENT_STREAMS],
  tables: [merges],
};
