import type {
  CrossRule,
  FoldRule,
  Held,
  Projection,
  Reference,
  SumRule,
} from '../../../src/projecting/projection.js';
import type { RecordedEvent } from '../../../src/event-store/envelope.js';
import type { JarEvent } from './jar.events.js';

type Stock = { jar: string; shelf: string; marbles: number };
type Label = { shelf: string; label: string };
type Shelved = { shelf: string; jar: string; label: string; marbles: number };
type Weight = { shelf: string; jars: number; marbles: number };

const jarOf = ({ stream }: RecordedEvent<JarEvent>): string => stream.slice('jar-'.length);

const stock: FoldRule<JarEvent, Stock> = {
  shape: 'fold',
  table: { name: 'stock', columns: { jar: 'uuid', shelf: 'text', marbles: 'integer' }, key: ['jar'] },
  key: jarOf,
  evolve: {
    JarPlaced: (row, recorded) => ({
      jar: jarOf(recorded),
      shelf: recorded.event.data.shelf,
      marbles: row?.marbles ?? 0,
    }),
    MarblesAdded: (row, { event }) => row && { ...row, marbles: row.marbles + event.data.count },
    MarblesTaken: (row, { event }) => row && { ...row, marbles: row.marbles - event.data.count },
    JarBroken: () => null,
  },
};

/** A shelf is called what was last written on a jar that was put there; `none` takes the name away. */
const labels: FoldRule<JarEvent, Label> = {
  shape: 'fold',
  table: { name: 'shelf_label', columns: { shelf: 'text', label: 'text' }, key: ['shelf'] },
  key: ({ event }) => (event.type === 'JarPlaced' && event.data.label ? event.data.shelf : null),
  evolve: {
    JarPlaced: (_row, { event: { data } }) =>
      data.label === undefined || data.label === 'none' ? null : { shelf: data.shelf, label: data.label },
    MarblesAdded: (row) => row,
    MarblesTaken: (row) => row,
    JarBroken: (row) => row,
  },
};

interface Shelf extends Reference {
  readonly label: string;
}

const shelved: CrossRule<Stock, Shelf, Shelved> = {
  shape: 'cross',
  table: {
    name: 'shelved',
    columns: { shelf: 'text', jar: 'uuid', label: 'text', marbles: 'integer' },
    key: ['shelf', 'jar'],
  },
  from: 'stock',
  with: ['shelf_label'],
  references: (held: Held) =>
    Object.values(held.shelf_label as Record<string, Label>).map(({ shelf, label }) => ({
      key: shelf,
      label,
    })),
  reads: () => ['shelf', 'marbles'],
  rows: ({ jar, shelf, marbles }, { key, label }) => (shelf === key ? [{ shelf, jar, label, marbles }] : []),
  alone: ({ jar, marbles }) => [{ shelf: 'anywhere', jar, label: '', marbles }],
  chunk: 2,
};

const weights: SumRule<Shelved, Weight> = {
  shape: 'sum',
  table: {
    name: 'shelf_weight',
    columns: { shelf: 'text', jars: 'integer', marbles: 'integer' },
    key: ['shelf'],
  },
  from: 'shelved',
  addends: ({ shelf, marbles }) => [{ shelf, jars: 1, marbles }],
};

/** Jars crossed with the labels of shelves. */
export const shelvedJars: Projection<JarEvent> = {
  name: 'shelved-jars',
  version: 1,
  streams: ['jar-'],
  tables: [stock, labels, shelved, weights],
};
