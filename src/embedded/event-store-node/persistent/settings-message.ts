import persistent, { type CreateReq, type UpdateReq } from '@eventstore/db-client/generated/persistent_pb.js';
import type { StreamIdentifier } from '@eventstore/db-client/generated/shared_pb.js';
import { filterSpec } from '../reading/event-filter.js';
import { checkedStreamName } from '../reading/stream-name.js';
import { invalidArgument } from '../wire/grpc-error.js';
import { MAX_INT64, parseUint64 } from '../log/int64.js';
import {
  ALL,
  type ConsumerStrategyName,
  type GroupDefinition,
  type GroupSettings,
} from './group-settings.js';

const { ConsumerStrategy } = persistent.CreateReq;
const STRATEGIES: Record<number, ConsumerStrategyName> = {
  [ConsumerStrategy.DISPATCHTOSINGLE]: 'DispatchToSingle',
  [ConsumerStrategy.ROUNDROBIN]: 'RoundRobin',
  [ConsumerStrategy.PINNED]: 'Pinned',
};
/** .NET's 100-nanosecond ticks. */
const TICKS_PER_MS = 10_000;

/** A definition as it was asked for, before anything is known of the log. */
export type RequestedGroup = Omit<GroupDefinition, 'beginBehind'>;

/** Reads a create or update request. Throws INVALID_ARGUMENT for what is incomplete. */
export function requestedGroup(request: CreateReq | UpdateReq): RequestedGroup {
  const options = request.getOptions();
  const settings = options?.getSettings();
  if (!options || !settings) throw invalidArgument('The request has no settings.');
  const group = options.getGroupName();
  if (group === '') throw invalidArgument('The group has no name.');
  const common = { group, settings: groupSettings(settings) };
  const all = options.getAll();
  if (all) {
    const position = all.getPosition();
    const startFrom = position ? place(position.getCommitPosition()) : all.hasEnd() ? -1 : 0;
    const filter = 'getFilter' in all ? all.getFilter() : undefined;
    return { ...common, stream: ALL, startFrom, ...(filter ? { filter: filterSpec(filter) } : {}) };
  }
  const byOptions = options.getStream();
  if (byOptions) {
    const startFrom = byOptions.hasRevision() ? place(byOptions.getRevision()) : byOptions.hasEnd() ? -1 : 0;
    return { ...common, stream: streamName(byOptions.getStreamIdentifier()), startFrom };
  }
  // As clients before 21.10 ask, and newer ones still do.
  const stream = streamName(options.getStreamIdentifier());
  return { ...common, stream, startFrom: place(settings.getRevision()) };
}

/** The stream or $all that a request names. */
export function groupStream(options: {
  hasAll(): boolean;
  getStreamIdentifier(): StreamIdentifier | undefined;
}): string {
  return options.hasAll() ? ALL : streamName(options.getStreamIdentifier());
}

function streamName(identifier: StreamIdentifier | undefined): string {
  const name = checkedStreamName(identifier);
  if (name === ALL) throw invalidArgument('A group on $all is made as one on $all, not as one on a stream.');
  return name;
}

/** The largest number is the end, written −1 here. */
function place(decimal: string): number {
  const parsed = parseUint64(decimal);
  return parsed >= MAX_INT64 ? -1 : parsed;
}

function groupSettings(settings: CreateReq.Settings | UpdateReq.Settings): GroupSettings {
  const strategy = STRATEGIES[settings.getNamedConsumerStrategy()];
  const named = 'getConsumerStrategy' in settings ? settings.getConsumerStrategy() : '';
  return {
    resolveLinks: settings.getResolveLinks(),
    extraStatistics: settings.getExtraStatistics(),
    messageTimeout: settings.hasMessageTimeoutTicks()
      ? Number(settings.getMessageTimeoutTicks()) / TICKS_PER_MS
      : settings.getMessageTimeoutMs(),
    maxRetryCount: settings.getMaxRetryCount(),
    checkpointAfter: settings.hasCheckpointAfterTicks()
      ? Number(settings.getCheckpointAfterTicks()) / TICKS_PER_MS
      : settings.getCheckpointAfterMs(),
    minCheckpointCount: settings.getMinCheckpointCount(),
    maxCheckpointCount: settings.getMaxCheckpointCount(),
    maxSubscriberCount: settings.getMaxSubscriberCount(),
    liveBufferSize: settings.getLiveBufferSize(),
    readBatchSize: settings.getReadBatchSize(),
    historyBufferSize: settings.getHistoryBufferSize(),
    strategy: Object.values(STRATEGIES).find((name) => name === named) ?? strategy ?? 'RoundRobin',
  };
}
