import { CLIENT_STREAMS } from '../../src/client/client.events.js';
import type { ExpandRule, Projection, SumRule } from '../../src/projecting/projection.js';
import { membershipsOf, type Membership } from './membership.js';
import { segmentClient, segmentClients, type SegmentClientRow, type SegmentEvent } from './segment-client.js';

const segmentMembers: ExpandRule<SegmentClientRow, Membership> = {
  shape: 'expand',
  table: {
    name: 'segment_member',
    columns: {
      segment: 'text',
      client_id: 'uuid',
      entered_at: 'timestamptz',
      left_at: 'timestamptz?',
      entered_by: 'uuid',
      left_by: 'uuid?',
    },
    // In the order in which members are listed.
    key: ['segment', 'entered_at', 'client_id'],
    indexes: [['client_id', 'entered_at']],
  },
  from: segmentClient.name,
  rows: membershipsOf,
};

/** How many clients are in a segment now, and how many ever were: that keeps a segment known when all have left it. */
export type SegmentSizeRow = { segment: string; members: number; ever_members: number };

const segmentSizes: SumRule<SegmentClientRow, SegmentSizeRow> = {
  shape: 'sum',
  table: {
    name: 'segment_size',
    columns: { segment: 'text', members: 'integer', ever_members: 'integer' },
    key: ['segment'],
  },
  from: segmentClient.name,
  addends: (client) => {
    const memberships = membershipsOf(client);
    const current = new Set(
      memberships.filter(({ left_at }) => left_at === null).map(({ segment }) => segment),
    );
    const ever = new Set(memberships.map(({ segment }) => segment));
    return [...ever].map((segment) => ({ segment, members: current.has(segment) ? 1 : 0, ever_members: 1 }));
  },
};

export const SEGMENT_MEMBERSHIP = 'segment-membership';

/** Who was in which segment, and when. */
export const segmentMembership: Projection<SegmentEvent> = {
  name: SEGMENT_MEMBERSHIP,
  version: 2,
  streams: [CLIENT_STREAMS],
  tables: [segmentClients, segmentMembers, segmentSizes],
};
