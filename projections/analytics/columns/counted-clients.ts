import { setImmediate } from 'node:timers/promises';
import { escapeLiteral } from 'pg';
import type { Instant } from '../../../src/schema/instant.js';
import { memberBefore, type HeldQuestion } from '../held.js';
import type { Sql } from '../sql.js';
import { CountedLife } from './counted-life.js';
import type { LifeColumns } from './life-columns.js';
import { SnapshotReader } from './snapshot-reader.js';

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
  question: Omit<HeldQuestion, 'among'>,
  look: (life: CountedLife, client: number, group: string | null) => void,
): Promise<void> {
  const { groupBy, segment } = question;
  const demands = FILTERS.flatMap((name) =>
    question[name] === undefined ? [] : [{ name, code: columns.codeOf(question[name]) }],
  );
  const bySegment = groupBy === 'segment';
  const segments =
    bySegment || segment !== undefined
      ? await segmentsOf(sql, columns, question.asOf, bySegment ? undefined : segment)
      : undefined;
  const life = new CountedLife(columns, question);
  await eachClient(columns.clients, (client) => {
    const itsOwn = segments?.get(client) ?? [];
    if (segments && itsOwn.length === 0) return;
    if (segment !== undefined && !itsOwn.includes(segment)) return;
    if (!life.moveTo(client)) return;
    for (const { name, code } of demands) if (life[name] !== code) return;
    if (bySegment) for (const group of itsOwn) look(life, client, group);
    else look(life, client, groupBy === undefined ? null : columns.textOf(life[groupBy]));
  });
}

/** @returns the segments that clients were in just before asOf, by their numbers; only one of them if it is named */
async function segmentsOf(
  sql: Sql,
  columns: LifeColumns,
  asOf: Instant,
  segment: string | undefined,
): Promise<Map<number, string[]>> {
  const segments = new Map<number, string[]>();
  const demand = segment === undefined ? '' : `segment = ${escapeLiteral(segment)} AND`;
  const select = `SELECT client_id, segment FROM segment_member
    WHERE ${demand} ${memberBefore(escapeLiteral(asOf))}`;
  await SnapshotReader.open(sql, (reader) =>
    reader.rows(select, (row) => {
      const client = columns.numberOf(row.uuid(0));
      if (client === undefined) return;
      const there = segments.get(client);
      if (there) there.push(row.text(1));
      else segments.set(client, [row.text(1)]);
    }),
  );
  return segments;
}

/** How long, in ms, a reading may keep the process from everything else. */
const SLICE = 8;
/** Clients between two looks at the clock. */
const STRIDE = 2_000;

/** Goes through all clients by number, and lets others have their turn now and then. */
async function eachClient(clients: number, look: (client: number) => void): Promise<void> {
  let begun = performance.now();
  for (let client = 0; client < clients; client++) {
    look(client);
    if (client % STRIDE !== 0 || performance.now() - begun < SLICE) continue;
    await setImmediate();
    begun = performance.now();
  }
}
