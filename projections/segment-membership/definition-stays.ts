import type { SegmentLife } from './life/segment-life.js';
import { staysOf, type RuleContext, type Stay } from './rules/stays.js';
import type { SegmentDefinitionRow } from './segment-definition.js';

/**
 * When a client is in a segment: by each rule for as long as that was the rule. Where the client is in it by one rule up to
 * a revision and by the next from there on, that is one stay; else the revision is what began or ended it.
 * @returns the stays by time; they neither touch nor overlap
 */
export function definitionStays(
  { revisions, retired_at, retired_by }: SegmentDefinitionRow,
  life: SegmentLife,
  context: RuleContext,
): Stay[] {
  const stays: Stay[] = [];
  revisions.forEach(({ rule, from, eventId }, index) => {
    const next = revisions[index + 1];
    const to = next ? next.from : retired_at;
    const span = { from, to, begunBy: eventId, endedBy: next ? next.eventId : retired_by };
    if (span.from !== null && span.to !== null && span.to <= span.from) return;
    for (const stay of staysOf(rule, life, context)) {
      const kept = clipped(stay, span);
      const last = stays.at(-1);
      if (kept && last && last.to === kept.from)
        stays.splice(-1, 1, { ...last, to: kept.to, endedBy: kept.endedBy });
      else if (kept) stays.push(kept);
    }
  });
  return stays;
}

function clipped(
  stay: Stay,
  span: Pick<Stay, 'to' | 'begunBy' | 'endedBy'> & { readonly from: Stay['from'] | null },
): Stay | null {
  const begins = span.from === null || stay.from >= span.from;
  const ends = span.to === null || (stay.to !== null && stay.to <= span.to);
  if (begins && ends) return stay;
  const from = begins ? stay.from : span.from;
  const to = ends ? stay.to : span.to;
  if (to !== null && to <= from) return null;
  return {
    ...{ from, begunBy: begins ? stay.begunBy : span.begunBy },
    ...{ to, endedBy: ends ? stay.endedBy : span.endedBy },
  };
}
