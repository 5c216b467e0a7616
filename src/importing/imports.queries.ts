import type { DataSource } from 'typeorm';
import { Keyset, type Page, type PageQuery } from '../http/paging.js';
import type { ImportAnswer, RefusalAnswer } from './imports.answers.js';

interface ImportRow {
  id: string;
  source: string;
  dryRun: boolean;
  state: string;
  failure: string | null;
  bytes: string;
  progress: Pick<ImportAnswer, 'lines' | 'facts' | 'decided' | 'clients'> | null;
  report: Partial<ImportAnswer> | null;
  receivedAt: Date;
  startedAt: Date | null;
  endedAt: Date | null;
}

const COLUMNS = `id, source, dry_run AS "dryRun", state, failure, bytes, progress, report,
  received_at AS "receivedAt", started_at AS "startedAt", ended_at AS "endedAt"`;

const byAge = new Keyset('imports.received', ['instant', 'uuid']);
const byLine = new Keyset('imports.refusals', ['integer']);

/** @returns null if there is no import of this id */
export async function findImport(database: DataSource, id: string): Promise<ImportAnswer | null> {
  const [row]: ImportRow[] = await database.query(`SELECT ${COLUMNS} FROM import WHERE id = $1`, [id]);
  return row ? answerOf(row) : null;
}

/** @returns imports, the latest first */
export async function listImports(database: DataSource, query: PageQuery): Promise<Page<ImportAnswer>> {
  const after = byAge.after(query);
  const rows: ImportRow[] = await database.query(
    `SELECT ${COLUMNS} FROM import ${after ? 'WHERE (received_at, id) < ($2, $3)' : ''}
      ORDER BY received_at DESC, id DESC LIMIT $1`,
    [query.limit + 1, ...(after ?? [])],
  );
  const page = byAge.page(rows, query, ({ receivedAt, id }) => [receivedAt.toISOString(), id]);
  return { ...page, items: page.items.map(answerOf) };
}

/** @returns the refused lines of an import, by number */
export async function listRefusals(
  database: DataSource,
  id: string,
  query: PageQuery,
): Promise<Page<RefusalAnswer>> {
  const [line = 0] = byLine.after(query) ?? [];
  const rows: { line: string; reason: string }[] = await database.query(
    'SELECT line, reason FROM import_refusal WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3',
    [id, line, query.limit + 1],
  );
  const refusals = rows.map((row) => ({ ...row, line: Number(row.line) }));
  return byLine.page(refusals, query, (refusal) => [refusal.line]);
}

function answerOf(row: ImportRow): ImportAnswer {
  const { id, source, dryRun, state, failure, bytes, progress, report, receivedAt, startedAt, endedAt } = row;
  const { lines, facts, decided, clients } = progress ?? {};
  const { recorded, known, refused, events, clientsChanged, position } = report ?? {};
  return {
    ...{ id, source, dryRun, state, bytes: Number(bytes) },
    ...(failure === null ? {} : { failure }),
    ...{ lines: report?.lines ?? lines, facts, decided },
    clients: report?.clients ?? clients,
    ...{ recorded, known, refused, events, clientsChanged },
    ...(position ? { position } : {}),
    receivedAt: receivedAt.toISOString(),
    startedAt: startedAt?.toISOString(),
    endedAt: endedAt?.toISOString(),
  };
}
