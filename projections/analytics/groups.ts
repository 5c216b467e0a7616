import type { ClientFilters } from './analytics.parameters.js';

/** A row of SQL over `heldFacts`. */
export interface InSomeGroup {
  readonly in_group: string | null;
}

/** @returns what names the group in an answer: nothing where nothing is grouped */
export const groupOf = (
  { groupBy }: Pick<ClientFilters, 'groupBy'>,
  group: string | null,
): { group?: string | null } => (groupBy === undefined ? {} : { group });

/** @returns the rows of each group, groups by name, those without one last; of one group without rows where there are none and nothing is grouped */
export function groupsOf<Row extends InSomeGroup>(
  { groupBy }: Pick<ClientFilters, 'groupBy'>,
  rows: readonly Row[],
): [group: string | null, rows: Row[]][] {
  const groups = new Map<string | null, Row[]>(groupBy === undefined ? [[null, []]] : []);
  for (const row of rows) {
    const group = groups.get(row.in_group);
    if (group) group.push(row);
    else groups.set(row.in_group, [row]);
  }
  return [...groups].sort(([a], [b]) => (a === b ? 0 : b === null || (a !== null && a < b) ? -1 : 1));
}
