import { clientIdOf, type ClientEvent } from '../../src/client/client.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { AppendRule, Table } from '../../src/projecting/projection.js';

/** What became of a client and another one: this one absorbed it, or let it go; was merged into it, or restored. */
export type Tie = 'absorbed' | 'released' | 'merged' | 'restored';

export type ClientTieRow = { client_id: string; position: bigint; other_id: string; tie: Tie };

const clientTie: Table<ClientTieRow> = {
  name: 'client_tie',
  columns: { client_id: 'uuid', position: 'bigint', other_id: 'uuid', tie: 'text' },
  key: ['client_id', 'position'],
};

type On = AppendRule<ClientEvent, ClientTieRow>['on'];

const row = ({ stream, position }: RecordedEvent, other_id: string, tie: Tie): ClientTieRow[] => [
  { client_id: clientIdOf(stream), position, other_id, tie },
];

/** Which clients are one, as was known at any position of the log: so a history can be opened as it stood then. */
export const clientTies: AppendRule<ClientEvent, ClientTieRow> = {
  shape: 'append',
  table: clientTie,
  on: {
    ClientAbsorbed: (recorded) => row(recorded, recorded.event.data.absorbedId, 'absorbed'),
    ClientMergedInto: (recorded) => row(recorded, recorded.event.data.survivorId, 'merged'),
    ClientUnmerged: (recorded) => {
      const { side, otherId } = recorded.event.data;
      return row(recorded, otherId, side === 'survivor' ? 'released' : 'restored');
    },
  } satisfies Partial<On> as On,
};
