import type {
  AppendRule,
  ExpandRule,
  FoldRule,
  Projection,
  SumRule,
} from '../../../src/projecting/projection.js';
import type { RecordedEvent } from '../../../src/event-store/envelope.js';
import type { JarEvent } from './jar.events.js';

export type Jar = {
  jar: string;
  shelf: string;
  label: string | null;
  colours: Record<string, number>;
  worth: bigint;
  changed_at: string;
};
export type JarLogEntry = { position: bigint; jar: string; what: string; at: string; colour: string | null };
export type JarColour = { jar: string; colour: string; marbles: number };
export type ShelfTotal = { shelf: string; jars: number; marbles: bigint };

const jarOf = ({ stream }: RecordedEvent<JarEvent>): string => stream.slice('jar-'.length);

const jar: FoldRule<JarEvent, Jar> = {
  shape: 'fold',
  table: {
    name: 'jar',
    columns: {
      jar: 'uuid',
      shelf: 'text',
      label: 'text?',
      colours: 'jsonb',
      worth: 'bigint',
      changed_at: 'timestamptz',
    },
    key: ['jar'],
    indexes: [['shelf']],
  },
  key: jarOf,
  evolve: {
    JarPlaced: (row, event) => ({
      jar: jarOf(event),
      shelf: event.event.data.shelf,
      label: event.event.data.label ?? null,
      colours: row?.colours ?? {},
      worth: row?.worth ?? 0n,
      changed_at: event.event.occurredAt,
    }),
    MarblesAdded: (row, event) => row && changed(row, event, event.event.data, 1),
    MarblesTaken: (row, event) => row && changed(row, event, event.event.data, -1),
    JarBroken: () => null,
  },
};

function changed(
  row: Readonly<Jar>,
  { event }: RecordedEvent<JarEvent>,
  { colour, count }: { colour: string; count: number },
  sign: 1 | -1,
): Jar {
  const left = (row.colours[colour] ?? 0) + sign * count;
  if (left < 0) throw new Error(`there are not ${count} ${colour} marbles in it`);
  const colours = { ...row.colours, [colour]: left };
  if (left === 0) delete colours[colour];
  return { ...row, colours, worth: row.worth + BigInt(sign * count) * 3n, changed_at: event.occurredAt };
}

const entry =
  (what: string) =>
  (event: RecordedEvent<JarEvent>): JarLogEntry[] => [
    {
      position: event.position,
      jar: jarOf(event),
      what,
      at: event.event.occurredAt,
      colour: 'colour' in event.event.data ? event.event.data.colour : null,
    },
  ];

const log: AppendRule<JarEvent, JarLogEntry> = {
  shape: 'append',
  table: {
    name: 'jar_log',
    columns: { position: 'bigint', jar: 'uuid', what: 'text', at: 'timestamptz', colour: 'text?' },
    key: ['position'],
  },
  on: {
    JarPlaced: entry('placed'),
    MarblesAdded: entry('added'),
    MarblesTaken: entry('taken'),
    JarBroken: entry('broken'),
  },
};

const colours: ExpandRule<Jar, JarColour> = {
  shape: 'expand',
  table: {
    name: 'jar_colour',
    columns: { jar: 'uuid', colour: 'text', marbles: 'integer' },
    key: ['jar', 'colour'],
  },
  from: 'jar',
  rows: (row) => Object.entries(row.colours).map(([colour, marbles]) => ({ jar: row.jar, colour, marbles })),
};

const totals: SumRule<Jar, ShelfTotal> = {
  shape: 'sum',
  table: {
    name: 'shelf_total',
    columns: { shelf: 'text', jars: 'integer', marbles: 'bigint' },
    key: ['shelf'],
  },
  from: 'jar',
  addends: (row) => [
    { shelf: row.shelf, jars: 1, marbles: BigInt(Object.values(row.colours).reduce((a, b) => a + b, 0)) },
  ],
};

/** One projection with a table of every shape. */
export const jars: Projection<JarEvent> = {
  name: 'jars',
  version: 1,
  streams: ['jar-'],
  tables: [jar, log, colours, totals],
};
