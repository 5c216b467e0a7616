import type { ExpandRule } from '../../src/projecting/projection.js';
import { clientRecord, type ClientRecordRow } from './client-record.js';
import { searchWords } from './search-words.js';

/** What the directory looks clients up by, each the other way round than the record has it. A merged client is found as its survivor. */
const listed = ({ state }: ClientRecordRow): boolean => state !== 'merged';

export type ClientTagRow = { tag: string; client_id: string };

export const clientTags: ExpandRule<ClientRecordRow, ClientTagRow> = {
  shape: 'expand',
  table: {
    name: 'client_tag',
    columns: { tag: 'text', client_id: 'uuid' },
    key: ['tag', 'client_id'],
  },
  from: clientRecord.name,
  rows: (row) => (listed(row) ? row.tags.map((tag) => ({ tag, client_id: row.client_id })) : []),
};

export type ClientLifetimeRow = { client_id: string; currency: string; amount_minor: bigint };

export const clientLifetimes: ExpandRule<ClientRecordRow, ClientLifetimeRow> = {
  shape: 'expand',
  table: {
    name: 'client_lifetime',
    columns: { client_id: 'uuid', currency: 'text', amount_minor: 'bigint' },
    key: ['client_id', 'currency'],
    indexes: [['currency', 'amount_minor', 'client_id']],
  },
  from: clientRecord.name,
  rows: (row) =>
    listed(row)
      ? row.lifetime.map(({ currency, amountMinor }) => ({
          ...{ client_id: row.client_id, currency, amount_minor: BigInt(amountMinor) },
        }))
      : [],
};

export type ClientSearchRow = {
  client_id: string;
  name: string;
  /** all that the client can be found by; see search-words.ts */
  words: string;
};

/** A table of its own: the index into its words is dear to keep, and a service changes none of them. */
export const clientSearch: ExpandRule<ClientRecordRow, ClientSearchRow> = {
  shape: 'expand',
  table: {
    name: 'client_search',
    columns: { client_id: 'uuid', name: 'text', words: 'text' },
    key: ['client_id'],
    indexes: [{ gin: 'words', operators: 'gin_trgm_ops' }],
  },
  from: clientRecord.name,
  rows: (row) => {
    const words = listed(row) && !row.erased ? searchWords(row) : '';
    return words ? [{ client_id: row.client_id, name: row.name_order, words }] : [];
  },
};
