import persistent, { type ReadReq } from '@eventstore/db-client/generated/persistent_pb.js';
import { frame } from '../wire/frames.js';
import type { GrpcCall } from '../wire/grpc-call.js';
import { invalidArgument } from '../wire/grpc-error.js';
import { eventId } from '../writing/proposed-event.js';
import type { Consumer } from './consumer.js';
import type { GroupRegistry } from './group-registry.js';
import { groupKey } from './group-settings.js';
import { groupStream } from './settings-message.js';
import type { NackAction, SubscriptionGroup } from './subscription-group.js';

const { ReadResp } = persistent;
const { Action } = persistent.ReadReq.Nack;
const ACTIONS: Record<number, NackAction> = {
  [Action.UNKNOWN]: 'retry',
  [Action.PARK]: 'park',
  [Action.RETRY]: 'retry',
  [Action.SKIP]: 'skip',
  [Action.STOP]: 'stop',
};

/** PersistentSubscriptions.Read: a consumer of a group. First it says which; then it answers what it is sent. */
export async function readGroup(registry: GroupRegistry, call: GrpcCall): Promise<void> {
  let joined: { group: SubscriptionGroup; consumer: Consumer } | undefined;
  for await (const bytes of call.requests()) {
    const request = persistent.ReadReq.deserializeBinary(bytes);
    const options = request.getOptions();
    if (options) {
      if (joined) throw invalidArgument('The consumer has joined already.');
      joined = join(registry, call, options);
    } else if (joined) {
      answer(request, joined.group, joined.consumer);
    } else {
      throw invalidArgument('The first message of a consumer says which group it joins.');
    }
  }
}

function join(
  registry: GroupRegistry,
  call: GrpcCall,
  options: ReadReq.Options,
): { group: SubscriptionGroup; consumer: Consumer } {
  const group = registry.get({ stream: groupStream(options), group: options.getGroupName() });
  const consumer = group.connect(call, options.getBufferSize());
  const confirmation = new ReadResp.SubscriptionConfirmation().setSubscriptionId(groupKey(group.definition));
  void call.sendFrames(frame(new ReadResp().setSubscriptionConfirmation(confirmation).serializeBinary()));
  return { group, consumer };
}

function answer(request: ReadReq, group: SubscriptionGroup, consumer: Consumer): void {
  const ack = request.getAck();
  if (ack) group.ack(ack.getIdsList().map((id) => eventId(id)));
  const nack = request.getNack();
  if (!nack) return;
  const ids = nack.getIdsList().map((id) => eventId(id));
  group.nack(ids, ACTIONS[nack.getAction()] ?? 'retry', nack.getReason(), consumer);
}
