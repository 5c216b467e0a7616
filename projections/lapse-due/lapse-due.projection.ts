import { CLIENT_STREAMS, clientIdOf } from '../../src/client/client.events.js';
import type { LifecycleEvent } from '../../src/client/lifecycle/lifecycle.events.js';
import type { FoldRule, Projection, Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';

/** The lapse clock of a client that was ever serviced. */
export type LapseDueRow = {
  client_id: string;
  last_serviced_at: Instant;
  /** the lapse in which the client is; null while the clock runs */
  lapse_id: string | null;
};

const lapseDueTable: Table<LapseDueRow> = {
  name: 'lapse_due',
  columns: { client_id: 'uuid', last_serviced_at: 'timestamptz', lapse_id: 'uuid?' },
  key: ['client_id'],
  // Running clocks stand together, the longest quiet first.
  indexes: [['lapse_id', 'last_serviced_at', 'client_id']],
};

type Before = Readonly<LapseDueRow> | null;

/** A lapse stands until it is withdrawn or ended. Its id tells it from earlier lapses, which change nothing here. */
const runAgain = (row: Before, lapseId: string): Before =>
  row?.lapse_id === lapseId ? { ...row, lapse_id: null } : row;

export const lapseClocks: FoldRule<LifecycleEvent, LapseDueRow> = {
  shape: 'fold',
  table: lapseDueTable,
  key: ({ stream }) => clientIdOf(stream),
  evolve: {
    ClientServiced: (row, { stream, event }) => {
      if (row && row.last_serviced_at >= event.occurredAt) return row;
      const clock = { client_id: clientIdOf(stream), last_serviced_at: event.occurredAt };
      return { ...clock, lapse_id: row?.lapse_id ?? null };
    },
    ClientLapsed: (row, { event: { data } }) =>
      row?.last_serviced_at === data.lastServicedAt ? { ...row, lapse_id: data.lapseId } : row,
    ClientReactivated: (row, { event }) => runAgain(row, event.data.lapseId),
    LapseRevoked: (row, { event }) => runAgain(row, event.data.lapseId),
    ServiceCorrected: (row) => row,
    ServiceVoided: (row) => row,
    // Neither moves the last service, or the lapse after it.
    ReactivationRevoked: (row) => row,
    ClientConverted: (row) => row,
  },
};

/** What the clock that lapses quiet clients asks for. */
export const lapseDue: Projection<LifecycleEvent> = {
  name: 'lapse-due',
  version: 1,
  streams: [CLIENT_STREAMS],
  tables: [lapseClocks],
};
