import type { FoldRule, Projection } from '../../../src/projecting/projection.js';
import type { JarEvent } from './jar.events.js';

type Placement = Extract<JarEvent, { type: 'JarPlaced' | 'JarBroken' }>;
export type JarCount = { name: string; jars: number };

const counting =
  (by: number) =>
  (row: Readonly<JarCount> | null): JarCount => ({ name: 'all', jars: (row?.jars ?? 0) + by });

const count: FoldRule<Placement, JarCount> = {
  shape: 'fold',
  table: { name: 'jar_count', columns: { name: 'text', jars: 'integer' }, key: ['name'] },
  key: () => 'all',
  evolve: { JarPlaced: counting(1), JarBroken: counting(-1) },
};

/** A second projection of the same streams, which handles some of their events only. */
export const jarCount: Projection<Placement> = {
  name: 'jar-count',
  version: 1,
  streams: ['jar-'],
  tables: [count],
};
