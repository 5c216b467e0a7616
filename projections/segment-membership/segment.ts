import { isTag } from '../../src/client/record/details.events.js';
import type { LifecycleState } from '../../src/client/lifecycle/lifecycle.evolve.js';

/** The segments that come with the system: one for each state of the lifecycle, and one for each tag ever given. */
export type SegmentKind = 'state' | 'tag';

export interface Segment {
  /** `state:active`, `tag:vip` */
  readonly id: string;
  readonly kind: SegmentKind;
  readonly name: string;
  /** who is in it, in words */
  readonly description: string;
}

/** A merged client is in no segment: its life goes on in the survivor's. */
type SegmentState = Exclude<LifecycleState, 'merged'>;

const STATES: { readonly [State in SegmentState]: string } = {
  new: 'Converted, and not serviced yet',
  active: 'Serviced, and not lapsed since',
  lapsed: 'Without a service for as long as the lapse policy allows',
  reactivated: 'Back after a lapse, with one service since; the next makes it active',
  closed: 'Closed by decision, and not reopened since',
};

export const stateSegment = (state: LifecycleState): string => `state:${state}`;
export const tagSegment = (tag: string): string => `tag:${tag}`;

/** The states have their segments also while no client is in them. */
export const stateSegments = (Object.keys(STATES) as SegmentState[]).map(stateSegment);

/** @returns what a segment is; null where the id names neither a state nor what could be a tag */
export function describeSegment(id: string): Segment | null {
  const [, kind, name = ''] = /^(state|tag):(.+)$/.exec(id) ?? [];
  if (kind === 'tag' && isTag(name)) return { id, kind, name, description: `Tagged ${name}` };
  if (kind !== 'state' || !Object.hasOwn(STATES, name)) return null;
  return { id, kind, name, description: STATES[name as SegmentState] };
}
