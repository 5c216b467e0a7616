import { escapeLiteral } from 'pg';
import type { ClientFilters, Grouping } from '../analytics.parameters.js';
import type { Sql } from '../reports.js';
import { CountedLife, type Counted } from './counted-life.js';
import { eachClient, type LifeColumns } from './life-columns.js';
import { SnapshotReader } from './snapshot-reader.js';

/** The column of a life that a client is grouped by; its segments are none. */
const GROUPED_BY: Record<
  Exclude<Grouping, 'segment'>,
  'source' | 'trade' | 'clientType' | 'serviceType' | 'technician'
> = {
  source: 'source',
  trade: 'trade',
  clientType: 'clientType',
  serviceType: 'serviceType',
  technician: 'technician',
};

const FILTERS = ['source', 'trade', 'clientType', 'serviceType', 'technician'] as const;

/**
 * Goes through the clients that the filters let pass, as `heldFacts` does.
 * @param sql reads the state that the columns are of
 * @param look called for each with what counts of it, and with the value that it is grouped by, null where it has none or
 *   nothing is grouped; once for each segment it is in where clients are grouped by segment
 */
export async function eachCountedClient(
  sql: Sql,
  columns: LifeColumns,
  question: Counted & Partial<ClientFilters>,
  look: (life: CountedLife, client: number, group: string | null) => void,
): Promise<void> {
  const { groupBy, segment } = question;
  const demands = FILTERS.flatMap((name) =>
    question[name] === undefined ? [] : [{ name, code: columns.codeOf(question[name]) }],
  );
  const members = segment === undefined ? undefined : await membersOf(sql, columns, question, segment);
  const segments = groupBy === 'segment' ? await membersOf(sql, columns, question) : undefined;
  const by = groupBy === undefined || groupBy === 'segment' ? undefined : GROUPED_BY[groupBy];
  const life = new CountedLife(columns, question);
  await eachClient(columns.clients, (client) => {
    if ((members && !members.has(client)) || (segments && !segments.has(client))) return;
    if (!life.moveTo(client)) return;
    for (const { name, code } of demands) if (life[name] !== code) return;
    if (segments) for (const group of segments.get(client) as string[]) look(life, client, group);
    else look(life, client, by === undefined ? null : columns.textOf(life[by]));
  });
}

/** @returns the segments that clients were in just before asOf; only of one of them if it is named */
async function membersOf(
  sql: Sql,
  columns: LifeColumns,
  { asOf }: Counted,
  segment?: string,
): Promise<Map<number, string[]>> {
  const members = new Map<number, string[]>();
  const until = escapeLiteral(asOf);
  const demand = segment === undefined ? '' : `segment = ${escapeLiteral(segment)} AND`;
  const select = `SELECT client_id, segment FROM segment_member
    WHERE ${demand} entered_at < ${until} AND (left_at IS NULL OR left_at >= ${until}) ORDER BY segment`;
  await SnapshotReader.open(sql, (reader) =>
    reader.rows(select, (row) => {
      const client = columns.numberOf(row.uuid(0));
      if (client === undefined) return;
      const there = members.get(client);
      if (there) there.push(row.text(1));
      else members.set(client, [row.text(1)]);
    }),
  );
  return members;
}
