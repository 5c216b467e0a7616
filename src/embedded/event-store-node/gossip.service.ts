import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import { formatUuid, randomUuid } from './log/uuid.js';
import type { GrpcMethod } from './wire/grpc-server.js';

/** The methods of event_store.client.gossip.Gossip: a cluster of one, whose leader is reached where the client asked. */
export function gossipService(): Record<string, GrpcMethod> {
  const instance = formatUuid(randomUuid());
  return {
    Read: async (call) => {
      await call.request();
      const { hostname, port } = new URL(`http://${call.headers[':authority']}`);
      const endPoint = new gossip.EndPoint().setAddress(hostname).setPort(Number(port || 80));
      const member = new gossip.MemberInfo()
        .setInstanceId(new shared.UUID().setString(instance))
        .setTimeStamp(String(Date.now() * 10_000))
        .setState(gossip.MemberInfo.VNodeState.LEADER)
        .setIsAlive(true)
        .setHttpEndPoint(endPoint);
      call.send(new gossip.ClusterInfo().setMembersList([member]).serializeBinary());
    },
  };
}
