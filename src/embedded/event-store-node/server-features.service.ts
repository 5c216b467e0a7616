import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type { GrpcMethod } from './wire/grpc-server.js';

/** The EventStoreDB version whose behaviour this node has. */
const SERVER_VERSION = '23.10.0';

const FEATURES: Record<string, Record<string, string[]>> = {
  'event_store.client.streams.streams': {
    read: ['position', 'events'],
    append: [],
    delete: [],
    tombstone: [],
    // Not 'deadline_duration': the messages here know a batch's deadline as a time only, and clients can send that too.
    batchappend: [],
  },
  'event_store.client.persistent_subscriptions.persistentsubscriptions': {
    create: ['stream', 'all'],
    update: ['stream', 'all'],
    delete: ['stream', 'all'],
    read: ['stream', 'all'],
    getinfo: ['stream', 'all'],
    list: ['stream', 'all'],
    replayparked: ['stream', 'all'],
    restartsubsystem: [],
  },
  'event_store.client.gossip.gossip': { read: [] },
  'event_store.client.server_features.serverfeatures': { getsupportedmethods: [] },
};

/** The methods of event_store.client.server_features.ServerFeatures by name. */
export function serverFeaturesService(): Record<string, GrpcMethod> {
  return {
    GetSupportedMethods: async (call) => {
      await call.request();
      call.send(supportedMethods().serializeBinary());
    },
  };
}

function supportedMethods(): InstanceType<typeof features.SupportedMethods> {
  const supported = new features.SupportedMethods().setEventStoreServerVersion(SERVER_VERSION);
  for (const [service, methods] of Object.entries(FEATURES)) {
    for (const [method, list] of Object.entries(methods)) {
      supported.addMethods(
        new features.SupportedMethod().setServiceName(service).setMethodName(method).setFeaturesList(list),
      );
    }
  }
  return supported;
}
