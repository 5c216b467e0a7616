import type { ConsumerStrategyName } from './group-settings.js';

/** What a strategy must know of a consumer. */
export interface Candidate {
  readonly availableSlots: number;
}

/** Chooses who gets the next event of a stream; undefined when it must wait. */
export interface ConsumerStrategy<C extends Candidate> {
  choose(consumers: readonly C[], stream: string): C | undefined;
}

const BUCKETS = 1_024;

/** A strategy as a group needs it; it remembers whose turn it is. */
export function consumerStrategy<C extends Candidate>(name: ConsumerStrategyName): ConsumerStrategy<C> {
  switch (name) {
    case 'DispatchToSingle':
      return { choose: (consumers) => consumers.find((consumer) => consumer.availableSlots > 0) };
    case 'RoundRobin':
      return roundRobin();
    case 'Pinned':
      return pinned();
  }
}

/** One after the other, passing over those that are full. */
function roundRobin<C extends Candidate>(): ConsumerStrategy<C> {
  let next = 0;
  return {
    choose: (consumers) => {
      for (let tried = 0; tried < consumers.length; tried++) {
        const consumer = consumers[next++ % consumers.length];
        if (consumer && consumer.availableSlots > 0) return consumer;
      }
      return undefined;
    },
  };
}

/**
 * All events of a stream go to one consumer for as long as it stays, so that they are handled in order. Streams fall into
 * buckets; a bucket without a consumer goes to the one with the fewest. When its consumer is full, the event waits.
 */
function pinned<C extends Candidate>(): ConsumerStrategy<C> {
  const owners = new Map<number, C>();
  return {
    choose: (consumers, stream) => {
      const bucket = bucketOf(stream);
      let owner = owners.get(bucket);
      if (!owner || !consumers.includes(owner)) {
        owner = leastLoaded(consumers, owners);
        if (!owner) return undefined;
        owners.set(bucket, owner);
      }
      return owner.availableSlots > 0 ? owner : undefined;
    },
  };
}

function leastLoaded<C extends Candidate>(
  consumers: readonly C[],
  owners: ReadonlyMap<number, C>,
): C | undefined {
  const loads = new Map<C, number>(consumers.map((consumer) => [consumer, 0]));
  for (const owner of owners.values()) if (loads.has(owner)) loads.set(owner, (loads.get(owner) ?? 0) + 1);
  return [...loads].sort(([, a], [, b]) => a - b)[0]?.[0];
}

/** FNV-1a, folded into the buckets. */
function bucketOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0) % BUCKETS;
}
