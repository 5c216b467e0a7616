import type { FilterSpec } from '../reading/event-filter.js';

export type ConsumerStrategyName = 'DispatchToSingle' | 'RoundRobin' | 'Pinned';

/** How a group treats its events. Times in milliseconds; 0 subscribers = any number. */
export interface GroupSettings {
  resolveLinks: boolean;
  extraStatistics: boolean;
  messageTimeout: number;
  maxRetryCount: number;
  checkpointAfter: number;
  minCheckpointCount: number;
  maxCheckpointCount: number;
  maxSubscriberCount: number;
  liveBufferSize: number;
  readBatchSize: number;
  historyBufferSize: number;
  strategy: ConsumerStrategyName;
}

/** Which events a group is for: of a stream or of $all. Kept as JSON in the log. */
export interface GroupDefinition {
  /** '$all' for the whole log. */
  stream: string;
  group: string;
  settings: GroupSettings;
  /** Where it was asked to begin; −1 = at the end. A revision, or a position of $all. */
  startFrom: number;
  /** The place of the last event before its first: what `startFrom` meant when the group was made. */
  beginBehind: number;
  filter?: FilterSpec;
}

export const ALL = '$all';

/** The name by which a group is known, and its streams are named. */
export function groupKey({ stream, group }: { stream: string; group: string }): string {
  return `${stream}::${group}`;
}

/** Streams in which groups keep their own affairs begin so. They are never part of a group on $all. */
export const GROUP_STREAM_PREFIX = '$persistentsubscription-';

export function checkpointStream(key: string): string {
  return `${GROUP_STREAM_PREFIX}${key}-checkpoint`;
}

export function parkedStream(key: string): string {
  return `${GROUP_STREAM_PREFIX}${key}-parked`;
}
