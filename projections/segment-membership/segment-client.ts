import { clientIdOf } from '../../src/client/client.events.js';
import {
  evolveLifecycle,
  noLifecycle,
  type LifeEvent,
  type Lifecycle,
} from '../../src/client/lifecycle/lifecycle.evolve.js';
import { caused, type Cause } from '../../src/client/lifecycle/state-intervals.js';
import type { ClientErased } from '../../src/client/identity/identity.events.js';
import type { PooledLife } from '../../src/client/identity/pooled-life.js';
import type { ClientDetailsChanged, TagAdded, TagRemoved } from '../../src/client/record/details.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { remembered } from '../../src/event-store/forgotten.js';
import type { EventOf } from '../../src/event-store/event-definition.js';
import type { FoldRule, Table } from '../../src/projecting/projection.js';
import { known } from '../known-client.js';
import { tagged, untagged, type TagInterval } from './tag-intervals.js';

type TagEvent = EventOf<typeof TagAdded | typeof TagRemoved>;
type RecordEvent = EventOf<
  typeof TagAdded | typeof TagRemoved | typeof ClientDetailsChanged | typeof ClientErased
>;
export type SegmentEvent = LifeEvent | RecordEvent;

/** What the memberships of a client follow from. */
export type SegmentClientRow = {
  client_id: string;
  /** personal; shown to staff beside a member */
  name: string | null;
  lifecycle: Lifecycle;
  tags: TagInterval[];
  /** which event recorded what of the lifecycle, in the order of recording */
  evidence: Evidence[];
};

/** What may change a state, and the id of the event that recorded it; of several, the last. */
export type Evidence = [cause: Cause, eventId: string];

export const segmentClient: Table<SegmentClientRow> = {
  name: 'segment_client',
  columns: { client_id: 'uuid', name: 'text?', lifecycle: 'jsonb', tags: 'jsonb', evidence: 'jsonb' },
  key: ['client_id'],
};

type Before = Readonly<SegmentClientRow> | null;

export const segmentClients: FoldRule<SegmentEvent, SegmentClientRow> = {
  shape: 'fold',
  table: segmentClient,
  key: ({ stream }) => clientIdOf(stream),
  evolve: {
    ClientConverted: (_row, recorded) => {
      const { data, occurredAt } = recorded.event;
      const client: SegmentClientRow = {
        client_id: clientIdOf(recorded.stream),
        name: remembered(data.name),
        lifecycle: noLifecycle,
        tags: (data.tags ?? []).reduce<TagInterval[]>(
          (tags, tag) => tagged(tags, tag, occurredAt, recorded.id),
          [],
        ),
        evidence: [],
      };
      return lived(client, recorded, caused.byConversion);
    },
    ClientErased: (row, recorded) => ({ ...known(row, recorded), name: null }),
    ClientDetailsChanged: (row, recorded) => {
      const { name } = recorded.event.data;
      const client = known(row, recorded);
      return name === undefined ? client : { ...client, name: remembered(name) };
    },
    ClientServiced: (row, recorded) => lived(row, recorded, recorded.event.data.serviceId),
    ServiceCorrected: (row, recorded) => lived(row, recorded, recorded.event.data.serviceId),
    ServiceVoided: (row, recorded) => lived(row, recorded),
    ClientLapsed: (row, recorded) => lived(row, recorded, recorded.event.data.lapseId),
    ClientReactivated: (row, recorded) =>
      lived(row, recorded, caused.byReturnFrom(recorded.event.data.lapseId)),
    LapseRevoked: (row, recorded) => lived(row, recorded),
    ReactivationRevoked: (row, recorded) => lived(row, recorded),
    ClientClosed: (row, recorded) => lived(row, recorded, caused.byClosure(recorded.event.occurredAt)),
    ClientReopened: (row, recorded) => lived(row, recorded, caused.byReopening(recorded.event.occurredAt)),
    ClientMergedInto: (row, recorded) => lived(row, recorded, caused.byMerge),
    ClientAbsorbed: (row, recorded) => {
      const { absorbedId, life } = recorded.event.data;
      return lived(row, recorded, caused.byConversionOf(absorbedId), ...causesIn(life));
    },
    ClientUnmerged: (row, recorded) => {
      const { side, life } = recorded.event.data;
      const before = new Set(known(row, recorded).evidence.map(([cause]) => cause));
      const taken = side === 'restored' ? causesIn(life).filter((cause) => !before.has(cause)) : [];
      return lived(row, recorded, ...taken);
    },
    TagAdded: (row, recorded) => retagged(tagged, row, recorded),
    TagRemoved: (row, recorded) => retagged(untagged, row, recorded),
  },
};

/** What may have changed a state of a client whose life is pooled: for this client, the event that pools it is the evidence. */
const causesIn = ({ services, lapses }: PooledLife): Cause[] => [
  ...services.map(({ serviceId }) => serviceId),
  ...lapses.flatMap(({ lapseId }) => [lapseId, caused.byReturnFrom(lapseId)]),
];

function lived(row: Before, recorded: RecordedEvent<LifeEvent>, ...causes: Cause[]): SegmentClientRow {
  const client = known(row, recorded);
  return {
    ...client,
    lifecycle: evolveLifecycle(client.lifecycle, recorded.event),
    evidence: [...client.evidence, ...causes.map((cause): Evidence => [cause, recorded.id])],
  };
}

function retagged(
  change: typeof tagged | typeof untagged,
  row: Before,
  recorded: RecordedEvent<TagEvent>,
): SegmentClientRow {
  const client = known(row, recorded);
  const { data, occurredAt } = recorded.event;
  return { ...client, tags: change(client.tags, data.tag, occurredAt, recorded.id) };
}
