import { Injectable } from '@nestjs/common';
import { Codec } from '../../event-store/codec.js';
import type { RecordedEvent } from '../../event-store/envelope.js';
import { EventStore } from '../../event-store/event-store.js';
import type { Personal } from '../../event-store/forgotten.js';
import { ClientKeys } from '../../privacy/client-keys.js';
import type { Instant } from '../../schema/instant.js';
import { ClientDecisions } from '../change-client.js';
import { MovedClient } from '../moved-client.js';
import { clientEvents, clientStream, type ClientEvent } from '../client.events.js';

export interface FoundNote {
  /** forgotten along with the client */
  readonly note: Personal;
  readonly recordedAt: Instant;
}

/**
 * How to get into sites. No read model keeps it: it is read from the log, under the client's key, by those who may, and each
 * look is a fact of its own.
 */
@Injectable()
export class AccessNotes {
  private readonly codec: Codec<ClientEvent>;

  constructor(
    private readonly eventStore: EventStore,
    private readonly clients: ClientDecisions,
    private readonly keys: ClientKeys,
  ) {
    this.codec = new Codec(clientEvents, keys);
  }

  /** @returns the note that holds, whoever of the clients that are one now it was recorded of; null where there is none */
  async find(clientId: string, propertyId: string): Promise<FoundNote | MovedClient | null> {
    const { mergedInto } = (await this.clients.load(clientStream(clientId))).state.lifecycle;
    if (mergedInto) return new MovedClient(mergedInto.survivorId);
    const ids = await this.lifeOf(clientId);
    await this.keys.fetch(ids);
    const found = await Promise.all(ids.map((id) => this.lastOn(id, propertyId)));
    const last = found
      .flat()
      .reduce<NoteFact | null>((one, other) => (one && one.position > other.position ? one : other), null);
    return last && { note: last.event.data.note, recordedAt: last.recordedAt };
  }

  /** @returns the client, and those that were merged into it, directly or by way of each other */
  private async lifeOf(clientId: string): Promise<string[]> {
    const { state } = await this.clients.load(clientStream(clientId));
    const others = await Promise.all(state.lifecycle.absorbed.map((one) => this.lifeOf(one.clientId)));
    return [clientId, ...others.flat()];
  }

  private async lastOn(clientId: string, propertyId: string): Promise<NoteFact[]> {
    const stored = await this.eventStore.readStream(clientStream(clientId));
    const notes = stored.filter(({ event }) => event?.type === 'AccessNoteRecorded');
    return notes
      .map((one) => this.codec.decode(one) as NoteFact)
      .filter(({ event }) => event.data.propertyId === propertyId)
      .slice(-1);
  }
}

type NoteFact = RecordedEvent<Extract<ClientEvent, { type: 'AccessNoteRecorded' }>>;
