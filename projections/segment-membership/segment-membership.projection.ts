import { CLIENT_STREAMS } from '../../src/client/client.events.js';
import type {
  AnyProjection,
  CrossRule,
  Reference,
  SumRule,
  TableRule,
} from '../../src/projecting/projection.js';
import { RFM_CUTS_STREAM } from '../../src/segment/rfm/rfm-cuts.events.js';
import { SEGMENT_STREAMS } from '../../src/segment/segment.events.js';
import { localDays, type LocalDay } from '../local-day.js';
import { segmentClient, segmentClients, type SegmentClientRow } from './life/segment-client.js';
import { membershipsOf, ruledMemberships, type Membership } from './membership.js';
import { cutsOf, rfmCut, rfmCuts, type RfmCutRow } from './rfm-cut.js';
import { ruleContext } from './rule-context.js';
import type { RfmCuts } from './rules/rfm-cuts.js';
import { partsOf, type LifePart } from './rules/rule-parts.js';
import type { RuleContext } from './rules/stays.js';
import {
  goesByScores,
  segmentDefinition,
  segmentDefinitions,
  type SegmentDefinitionRow,
} from './segment-definition.js';

interface Definition extends Reference {
  readonly definition: SegmentDefinitionRow;
  /** what its rules look at */
  readonly parts: readonly LifePart[];
  /** of a rule that asks for scores, so that only those are filled anew when cuts are taken */
  readonly cuts?: readonly RfmCuts[];
}

/** One context for the same cuts, by which what is found of a life is kept. */
const contexts = new WeakMap<readonly RfmCuts[], RuleContext>();

function withCuts(context: RuleContext, cuts: readonly RfmCuts[]): RuleContext {
  const known = contexts.get(cuts);
  if (known) return known;
  const made = { ...context, rfmCuts: cuts };
  contexts.set(cuts, made);
  return made;
}

/** Each client and each segment: that of its states and tags from the client alone, those of rules by their definitions. */
const segmentMembers = (context: RuleContext): CrossRule<SegmentClientRow, Definition, Membership> => ({
  shape: 'cross',
  table: {
    name: 'segment_member',
    columns: {
      segment: 'text',
      client_id: 'uuid',
      entered_at: 'timestamptz',
      left_at: 'timestamptz?',
      entered_by: 'uuid?',
      left_by: 'uuid?',
      nth: 'integer',
    },
    // In the order in which members are listed.
    key: ['segment', 'entered_at', 'client_id'],
    indexes: [
      ['client_id', 'entered_at'],
      ['segment', 'left_at'],
    ],
  },
  from: segmentClient.name,
  with: [segmentDefinition.name, rfmCut.name],
  references: (held) => {
    const cuts = cutsOf(Object.values(held[rfmCut.name] as Record<string, RfmCutRow>));
    const definitions = Object.values(held[segmentDefinition.name] as Record<string, SegmentDefinitionRow>);
    const referenceTo = (definition: SegmentDefinitionRow): Definition => ({
      ...{ key: definition.segment, definition },
      parts: partsOf(...definition.revisions.map(({ rule }) => rule)),
    });
    // Those that go by the same context lie together: what is found of a life is kept from one to the next.
    return [
      ...definitions.filter((one) => !goesByScores(one)).map(referenceTo),
      ...definitions.filter(goesByScores).map((definition) => ({ ...referenceTo(definition), cuts })),
    ];
  },
  reads: ({ parts }) => parts,
  rows: (client, { definition, cuts }) =>
    ruledMemberships(client, definition, cuts === undefined ? context : withCuts(context, cuts)),
  alone: membershipsOf,
});

/** What became of a segment on one day in the business's zone; so a size or a history reads days and not members. */
export type SegmentDayRow = {
  segment: string;
  day: LocalDay;
  entered: number;
  left_it: number;
  /** how many of those that entered had never been in it */
  first_entered: number;
};

const segmentDays = (dayOf: (at: string) => LocalDay): SumRule<Membership, SegmentDayRow> => ({
  shape: 'sum',
  table: {
    name: 'segment_day',
    columns: {
      segment: 'text',
      day: 'date',
      entered: 'integer',
      left_it: 'integer',
      first_entered: 'integer',
    },
    key: ['segment', 'day'],
  },
  from: 'segment_member',
  addends: ({ segment, entered_at, left_at, nth }) => [
    { segment, day: dayOf(entered_at), entered: 1, left_it: 0, first_entered: nth === 1 ? 1 : 0 },
    ...(left_at === null ? [] : [{ segment, day: dayOf(left_at), entered: 0, left_it: 1, first_entered: 0 }]),
  ],
});

export const SEGMENT_MEMBERSHIP = 'segment-membership';

/**
 * Who was in which segment, and when.
 * @param timeZone the business's zone (IANA name): visits and what a segment gains and loses are counted by its days
 */
export const segmentMembership = (timeZone: string): AnyProjection => ({
  name: SEGMENT_MEMBERSHIP,
  version: 5,
  parameters: { timeZone },
  streams: [CLIENT_STREAMS, SEGMENT_STREAMS, RFM_CUTS_STREAM],
  tables: [
    // Clients, definitions and cuts have events of their own, and share the tables that follow from all.
    segmentClients as TableRule,
    segmentDefinitions as TableRule,
    rfmCuts as TableRule,
    segmentMembers(ruleContext(timeZone)),
    segmentDays(localDays(timeZone)),
  ],
});
