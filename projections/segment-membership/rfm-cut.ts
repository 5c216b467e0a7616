import type { EntityManager } from 'typeorm';
import type { FoldRule, Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';
import type { RfmBounds, RfmEvent } from '../../src/segment/rfm/rfm-cuts.events.js';
import type { RfmCuts } from './rules/rfm-cuts.js';

/** How the clients stood to each other on a day; scores go by it until the next. */
export type RfmCutRow = {
  /** the event that recorded it */
  cut: string;
  at: Instant;
  clients: number;
  bounds: RfmBounds;
};

export const rfmCut: Table<RfmCutRow> = {
  name: 'rfm_cut',
  columns: { cut: 'uuid', at: 'timestamptz', clients: 'integer', bounds: 'jsonb' },
  key: ['cut'],
};

export const rfmCuts: FoldRule<RfmEvent, RfmCutRow> = {
  shape: 'fold',
  table: rfmCut,
  key: ({ id }) => id,
  evolve: {
    RfmCutsTaken: (_row, { id, event }) => ({ cut: id, at: event.occurredAt, ...event.data }),
  },
};

/** @returns the cuts by time, as rules go by them */
export const cutsOf = (rows: readonly RfmCutRow[]): RfmCuts[] =>
  rows
    .map(({ cut, at, clients, bounds }) => ({ at, eventId: cut, clients, ...bounds }))
    .sort((a, b) => (a.at < b.at ? -1 : 1));

/** @returns every cut on record, by time */
export async function cutsOnRecord(manager: EntityManager): Promise<RfmCuts[]> {
  const rows = await manager.query<(Omit<RfmCutRow, 'at'> & { at: Date })[]>('SELECT * FROM rfm_cut');
  return cutsOf(rows.map((row) => ({ ...row, at: row.at.toISOString() })));
}
