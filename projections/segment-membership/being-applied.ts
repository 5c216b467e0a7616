import type { EntityManager } from 'typeorm';
import { changedIn, fillUnderWay } from '../../src/projecting/cross-fill-table.js';
import { rfmCut } from './rfm-cut.js';
import { goesByScores, segmentDefinition, type SegmentDefinitionRow } from './segment-definition.js';
import { SEGMENT_MEMBERSHIP } from './segment-membership.projection.js';

/**
 * @returns to about what share of the clients (0–1) the rule of a segment has been applied that is being applied just now, since it
 *   is new or revised, or since scores that it asks for are cut anew; undefined for any other segment
 */
export async function beingApplied(manager: EntityManager): Promise<(segment: string) => number | undefined> {
  const fill = await fillUnderWay(manager, SEGMENT_MEMBERSHIP, 'segment_member');
  if (!fill) return () => undefined;
  const changed = new Set(changedIn(fill, segmentDefinition.name));
  const areCutsNew = changedIn(fill, rfmCut.name).length > 0;
  return (segment) => {
    const definition = fill.filling[segmentDefinition.name]?.[segment] as SegmentDefinitionRow | undefined;
    if (!definition) return undefined;
    return changed.has(segment) || (areCutsNew && goesByScores(definition)) ? fill.share : undefined;
  };
}
