import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { FoldRule, Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';
import { conditionsOf, type Rule } from '../../src/segment/rule.js';
import { SEGMENT_STREAMS, type SegmentEvent } from '../../src/segment/segment.events.js';

/** What a segment was called and meant for a while. */
export interface Revision {
  readonly name: string;
  readonly description: string | null;
  readonly rule: Rule;
  /** from when on (inclusive), up to the next; null for the first, which holds for all of the past too */
  readonly from: Instant | null;
  readonly eventId: string;
}

export type SegmentDefinitionRow = {
  segment: string;
  /** at least one, by time */
  revisions: readonly Revision[];
  /** exclusive: from then on nobody is in it; null while it is kept */
  retired_at: Instant | null;
  retired_by: string | null;
};

export const segmentDefinition: Table<SegmentDefinitionRow> = {
  name: 'segment_definition',
  columns: { segment: 'uuid', revisions: 'jsonb', retired_at: 'timestamptz?', retired_by: 'uuid?' },
  key: ['segment'],
};

export const segmentDefinitions: FoldRule<SegmentEvent, SegmentDefinitionRow> = {
  shape: 'fold',
  table: segmentDefinition,
  key: ({ stream }) => stream.slice(SEGMENT_STREAMS.length),
  evolve: {
    SegmentDefined: (_row, recorded) => ({
      segment: recorded.stream.slice(SEGMENT_STREAMS.length),
      revisions: [revisionOf(recorded, null)],
      retired_at: null,
      retired_by: null,
    }),
    SegmentRevised: (row, recorded) => {
      const definition = defined(row, recorded);
      const revision = revisionOf(recorded, recorded.event.occurredAt);
      return { ...definition, revisions: [...definition.revisions, revision] };
    },
    SegmentRetired: (row, recorded) => ({
      ...defined(row, recorded),
      retired_at: recorded.event.occurredAt,
      retired_by: recorded.id,
    }),
  },
};

function revisionOf(
  recorded: RecordedEvent<Extract<SegmentEvent, { type: 'SegmentDefined' | 'SegmentRevised' }>>,
  from: Instant | null,
): Revision {
  const { name, description = null, rule } = recorded.event.data;
  return { name, description, rule, from, eventId: recorded.id };
}

function defined(
  row: Readonly<SegmentDefinitionRow> | null,
  { stream }: RecordedEvent,
): SegmentDefinitionRow {
  if (row === null) throw new Error(`${stream} does not begin with a definition`);
  return row;
}

/** @returns what the segment was called and meant at an instant */
export const revisionAt = ({ revisions }: Pick<SegmentDefinitionRow, 'revisions'>, at: Instant): Revision =>
  revisions.findLast(({ from }) => from === null || from <= at) as Revision;

/** @returns whether any of its rules says of a client what depends on the others */
export const goesByScores = ({ revisions }: Pick<SegmentDefinitionRow, 'revisions'>): boolean =>
  revisions.some(({ rule }) => conditionsOf(rule).some(({ fact }) => fact.startsWith('rfm')));
