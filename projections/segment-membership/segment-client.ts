import { clientIdOf } from '../../src/client/client.events.js';
import { evolveLifecycle, noLifecycle, type Lifecycle } from '../../src/client/lifecycle/lifecycle.evolve.js';
import type { LifecycleEvent } from '../../src/client/lifecycle/lifecycle.events.js';
import type { TagAdded, TagRemoved } from '../../src/client/record/details.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { EventOf } from '../../src/event-store/event-definition.js';
import type { FoldRule, Table } from '../../src/projecting/projection.js';
import { known } from '../known-client.js';
import { tagged, untagged, type TagInterval } from './tag-intervals.js';

type TagEvent = EventOf<typeof TagAdded | typeof TagRemoved>;
export type SegmentEvent = LifecycleEvent | TagEvent;

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

/** A service or a lapse by its id, a conversion, or the end of a lapse; and the id of the event that recorded it. */
export type Evidence = [recorded: string, eventId: string];
export const CONVERSION = 'conversion';
export const endOf = (lapseId: string): string => `${lapseId}/end`;

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
        name: data.name ?? null,
        lifecycle: noLifecycle,
        tags: (data.tags ?? []).reduce<TagInterval[]>(
          (tags, tag) => tagged(tags, tag, occurredAt, recorded.id),
          [],
        ),
        evidence: [],
      };
      return lived(client, recorded, CONVERSION);
    },
    ClientServiced: (row, recorded) => lived(row, recorded, recorded.event.data.serviceId),
    ClientLapsed: (row, recorded) => lived(row, recorded, recorded.event.data.lapseId),
    ClientReactivated: (row, recorded) => lived(row, recorded, endOf(recorded.event.data.lapseId)),
    ServiceCorrected: (row, recorded) => lived(row, recorded),
    ServiceVoided: (row, recorded) => lived(row, recorded),
    LapseRevoked: (row, recorded) => lived(row, recorded),
    ReactivationRevoked: (row, recorded) => lived(row, recorded),
    TagAdded: (row, recorded) => retagged(tagged, row, recorded),
    TagRemoved: (row, recorded) => retagged(untagged, row, recorded),
  },
};

function lived(row: Before, recorded: RecordedEvent<LifecycleEvent>, what?: string): SegmentClientRow {
  const client = known(row, recorded);
  return {
    ...client,
    lifecycle: evolveLifecycle(client.lifecycle, recorded.event),
    evidence: what === undefined ? client.evidence : [...client.evidence, [what, recorded.id]],
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
