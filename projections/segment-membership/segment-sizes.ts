import type { EntityManager } from 'typeorm';
import type { Instant } from '../../src/schema/instant.js';
import { describeSegment, stateSegments, type Segment } from './segment.js';
import type { SegmentSummary } from './segment-membership.answers.js';
import { revisionAt, type SegmentDefinitionRow } from './segment-definition.js';
import { ruleInWords } from './rules/rule-in-words.js';
import type { RuleContext } from './rules/stays.js';

type Definition = Pick<SegmentDefinitionRow, 'revisions'> & { readonly retired_at: Date | null };
type Found = { id: string; size: number; everSize: number } & (Definition | { revisions: null });

/**
 * SQL for the segments there are: the states, every tag that somebody had for a while, and those that rules define.
 * Whole days are counted from `segment_day`; only what enters and leaves on the day of the instant is looked up.
 * $1: segments that are always there, $2: the instant (inclusive), $3: its day, $4: the first instant of that day.
 */
const FOUND = `
  SELECT id, revisions, retired_at,
         (coalesce(days.stayed, 0)
          + (SELECT count(*) FROM segment_member WHERE segment = id AND entered_at >= $4 AND entered_at <= $2)
          - (SELECT count(*) FROM segment_member WHERE segment = id AND left_at >= $4 AND left_at <= $2))::int AS size,
         (coalesce(days.ever, 0)
          + (SELECT count(*) FROM segment_member
              WHERE segment = id AND entered_at >= $4 AND entered_at <= $2 AND nth = 1))::int AS "everSize"
    FROM (SELECT unnest($1::text[]) COLLATE "C" AS id UNION SELECT segment::text FROM segment_definition
          UNION SELECT segment FROM segment_day) AS known
    LEFT JOIN segment_definition AS definition ON definition.segment::text = known.id
    LEFT JOIN LATERAL (SELECT sum(entered - left_it)::int AS stayed, sum(first_entered)::int AS ever
                         FROM segment_day WHERE segment = known.id AND day < $3::date) AS days ON TRUE`;

/**
 * @param at the instant of the sizes (inclusive)
 * @param page ids after one, at most so many; or just one id
 * @returns the segments by id, with how many clients are in each and ever were
 */
export async function segmentsAt(
  manager: EntityManager,
  { dayOf, startOfDay }: RuleContext,
  at: Instant,
  page: { after: string; limit: number } | { id: string },
): Promise<SegmentSummary[]> {
  const day = dayOf(at);
  const fixed = [stateSegments, at, day, startOfDay(day)];
  const rows =
    'id' in page
      ? await manager.query<Found[]>(`${FOUND} WHERE id = $5`, [...fixed, page.id])
      : await manager.query<Found[]>(`${FOUND} WHERE id > $5 ORDER BY id LIMIT $6`, [
          ...[...fixed, page.after, page.limit],
        ]);
  return rows.map((row) => summaryOf(row, at));
}

function summaryOf({ id, size, everSize, ...row }: Found, at: Instant): SegmentSummary {
  if (row.revisions === null) return { ...segmentOf(id), size, everSize };
  const { name, description, rule } = revisionAt(row, at);
  const words = ruleInWords(rule);
  const retired = row.retired_at ? { retiredAt: row.retired_at.toISOString() } : {};
  return {
    ...{ id, kind: 'rule', name, description: description ?? words, size, everSize },
    ...{ rule: rule, words, ...retired },
  };
}

/** @throws Error for what is neither a state nor a tag */
export function segmentOf(id: string): Segment {
  const segment = describeSegment(id);
  if (!segment) throw new Error(`segment ${id} is neither a state nor a tag`);
  return segment;
}
