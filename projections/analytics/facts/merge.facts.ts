import type { Table } from '../../../src/projecting/projection.js';
import { FACT_COLUMNS, factOf, facts, type FactColumns } from './fact-events.js';

/** That a client is part of another from now on, or, with null, is one of its own again. The last one known holds. */
export type MergeFact = FactColumns & { survivor_id: string | null };

export const factMerge: Table<MergeFact> = {
  name: 'fact_merge',
  columns: { ...FACT_COLUMNS, survivor_id: 'uuid?' },
  key: ['client_id', 'position'],
  indexes: [['position']],
};

export const mergeFacts = facts(factMerge, {
  ClientMergedInto: (fact) => [{ ...factOf(fact), survivor_id: fact.event.data.survivorId }],
  ClientUnmerged: (fact) =>
    fact.event.data.side === 'restored' ? [{ ...factOf(fact), survivor_id: null }] : [],
});

/** That something belongs to this client from now on, in whosever stream it was recorded: it went to it when two were taken apart. */
export type MoveFact = FactColumns & { item_id: string; to_client_id: string };

export const factMove: Table<MoveFact> = {
  name: 'fact_move',
  columns: { ...FACT_COLUMNS, item_id: 'uuid', to_client_id: 'uuid' },
  key: ['item_id', 'position'],
};

/** What of a client's things measures follow from. */
const MOVABLE = ['complaints', 'feedback', 'attempts', 'invoices'] as const;

export const moveFacts = facts(factMove, {
  ClientUnmerged: (fact) => {
    const { side, otherId, life } = fact.event.data;
    if (side === 'restored') return [];
    return MOVABLE.flatMap((name) =>
      Object.keys(life.items[name] ?? {}).map((id) => ({
        ...factOf(fact),
        item_id: id,
        to_client_id: otherId,
      })),
    );
  },
});
