import persistent from '@eventstore/db-client/generated/persistent_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { groupDoesNotExist } from './persistent/group-errors.js';
import { groupInfo } from './persistent/group-info.js';
import type { GroupRegistry } from './persistent/group-registry.js';
import { readGroup } from './persistent/read-group.method.js';
import { groupStream, requestedGroup } from './persistent/settings-message.js';
import { parseUint64 } from './log/int64.js';
import { invalidArgument } from './wire/grpc-error.js';
import type { GrpcMethod } from './wire/grpc-server.js';

/** The methods of event_store.client.persistent_subscriptions.PersistentSubscriptions by name. */
export function persistentSubscriptionsService(registry: GroupRegistry): Record<string, GrpcMethod> {
  return {
    Create: async (call) => {
      const request = persistent.CreateReq.deserializeBinary(await call.request());
      await registry.create(requestedGroup(request));
      call.send(new persistent.CreateResp().serializeBinary());
    },
    Update: async (call) => {
      const request = persistent.UpdateReq.deserializeBinary(await call.request());
      await registry.update(requestedGroup(request));
      call.send(new persistent.UpdateResp().serializeBinary());
    },
    Delete: async (call) => {
      await registry.delete(named(persistent.DeleteReq.deserializeBinary(await call.request()).getOptions()));
      call.send(new persistent.DeleteResp().serializeBinary());
    },
    Read: (call) => readGroup(registry, call),
    GetInfo: async (call) => {
      const group = registry.get(
        named(persistent.GetInfoReq.deserializeBinary(await call.request()).getOptions()),
      );
      call.send(new persistent.GetInfoResp().setSubscriptionInfo(groupInfo(group)).serializeBinary());
    },
    List: async (call) => {
      const options = persistent.ListReq.deserializeBinary(await call.request()).getOptions();
      const one = options?.getListForStream();
      const stream =
        one && groupStream({ hasAll: () => one.hasAll(), getStreamIdentifier: () => one.getStream() });
      const groups = registry.list(stream);
      if (stream !== undefined && groups.length === 0) throw groupDoesNotExist({ stream, group: '' });
      call.send(new persistent.ListResp().setSubscriptionsList(groups.map(groupInfo)).serializeBinary());
    },
    ReplayParked: async (call) => {
      const options = persistent.ReplayParkedReq.deserializeBinary(await call.request()).getOptions();
      const stopAt = options?.hasStopAt() ? parseUint64(options.getStopAt()) : undefined;
      await registry.get(named(options)).replayParked(stopAt);
      call.send(new persistent.ReplayParkedResp().serializeBinary());
    },
    RestartSubsystem: async (call) => {
      await call.request();
      await registry.restart();
      call.send(new shared.Empty().serializeBinary());
    },
  };
}

type NamingOptions = Parameters<typeof groupStream>[0] & { getGroupName(): string };

function named(options: NamingOptions | undefined): { stream: string; group: string } {
  if (!options) throw invalidArgument('The request has no options.');
  return { stream: groupStream(options), group: options.getGroupName() };
}
