import { isDeepStrictEqual } from 'node:util';
import type { EntityManager } from 'typeorm';
import { fillUnderWay } from '../../src/projecting/cross-fill-table.js';
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
  const { filled, filling, share } = fill;
  const isCutAnew = !isDeepStrictEqual(filled[rfmCut.name] ?? {}, filling[rfmCut.name] ?? {});
  return (segment) => {
    const definition = filling[segmentDefinition.name]?.[segment] as SegmentDefinitionRow | undefined;
    if (!definition) return undefined;
    const isNew = !isDeepStrictEqual(filled[segmentDefinition.name]?.[segment], definition);
    return isNew || (isCutAnew && goesByScores(definition)) ? share : undefined;
  };
}
