import persistent from '@eventstore/db-client/generated/persistent_pb.js';
import type { Consumer } from './consumer.js';
import { ALL } from './group-settings.js';
import type { SubscriptionGroup } from './subscription-group.js';

const { SubscriptionInfo } = persistent;

/** What a group tells of itself. */
export function groupInfo(group: SubscriptionGroup): persistent.SubscriptionInfo {
  const { definition, throughput } = group;
  const { stream, settings } = definition;
  const waiting = group.fresh.length;
  return new SubscriptionInfo()
    .setEventSource(stream)
    .setGroupName(definition.group)
    .setStatus(group.isLive ? 'Live' : 'Behind')
    .setConnectionsList(group.consumers.map((consumer) => connectionInfo(consumer, settings.extraStatistics)))
    .setAveragePerSecond(throughput.perSecond)
    .setTotalItems(String(throughput.total))
    .setCountSinceLastMeasurement(String(throughput.sinceMeasurement))
    .setLastCheckpointedEventPosition(placeText(stream, group.checkpoint.place))
    .setLastKnownEventPosition(placeText(stream, group.lastKnownPlace))
    .setResolveLinkTos(settings.resolveLinks)
    .setStartFrom(
      stream === ALL ? `C:${definition.startFrom}/P:${definition.startFrom}` : String(definition.startFrom),
    )
    .setMessageTimeoutMilliseconds(settings.messageTimeout)
    .setExtraStatistics(settings.extraStatistics)
    .setMaxRetryCount(settings.maxRetryCount)
    .setLiveBufferSize(settings.liveBufferSize)
    .setBufferSize(settings.historyBufferSize)
    .setReadBatchSize(settings.readBatchSize)
    .setCheckPointAfterMilliseconds(settings.checkpointAfter)
    .setMinCheckPointCount(settings.minCheckpointCount)
    .setMaxCheckPointCount(settings.maxCheckpointCount)
    .setReadBufferCount(group.isLive ? 0 : waiting)
    .setLiveBufferCount(String(group.isLive ? waiting : 0))
    .setRetryBufferCount(group.retries.length)
    .setTotalInFlightMessages(group.outstanding.size)
    .setOutstandingMessagesCount(group.outstanding.size)
    .setNamedConsumerStrategy(settings.strategy)
    .setMaxSubscriberCount(settings.maxSubscriberCount)
    .setParkedMessageCount(String(group.parked.count));
}

function connectionInfo(consumer: Consumer, withTimes: boolean): persistent.SubscriptionInfo.ConnectionInfo {
  const times = withTimes ? consumer.answerTimes.summary() : [];
  return new SubscriptionInfo.ConnectionInfo()
    .setFrom(consumer.from)
    .setUsername(consumer.username)
    .setTotalItems(String(consumer.sent))
    .setCountSinceLastMeasurement('0')
    .setAvailableSlots(consumer.availableSlots)
    .setInFlightMessages(consumer.inFlight.size)
    .setConnectionName(consumer.connectionName)
    .setObservedMeasurementsList(
      times.map(([name, ms]) => new SubscriptionInfo.Measurement().setKey(name).setValue(String(ms))),
    );
}

function placeText(stream: string, place: number | undefined): string {
  if (place === undefined || place < 0) return '';
  return stream === ALL ? `C:${place}/P:${place}` : String(place);
}
