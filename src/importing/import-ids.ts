import { LRUCache } from 'lru-cache';
import { parse, v5 as uuidv5 } from 'uuid';
import type { Instant } from '../schema/instant.js';

/** Names of the sources that clients are imported from. */
const SOURCES = '8a1f6c1e-52b7-4c55-9a0c-6a8d0e2f4b93';
const CLIENTS_REMEMBERED = 20_000;

/**
 * The ids of what comes from one source. They follow from the refs, so that the same fact gets the same id whenever,
 * and from whichever file, it is imported.
 */
export class ImportIds {
  private readonly source: Uint8Array;
  private readonly clients = new LRUCache<string, ClientIds>({ max: CLIENTS_REMEMBERED });

  constructor(source: string) {
    this.source = parse(uuidv5(source, SOURCES));
  }

  client(clientRef: string): ClientIds {
    let client = this.clients.get(clientRef);
    if (!client) {
      client = new ClientIds(uuidv5(clientRef, this.source));
      this.clients.set(clientRef, client);
    }
    return client;
  }
}

/**
 * The ids of what belongs to a client. They are named within the client: businesses that number the jobs of each client
 * from 1 are as welcome as those that number them through.
 */
export class ClientIds {
  private readonly names: Uint8Array;

  constructor(readonly id: string) {
    this.names = parse(id);
  }

  service(serviceRef: string): string {
    return uuidv5(`service/${serviceRef}`, this.names);
  }

  booking(bookingRef: string): string {
    return uuidv5(`booking/${bookingRef}`, this.names);
  }

  invoice(invoiceRef: string): string {
    return uuidv5(`invoice/${invoiceRef}`, this.names);
  }

  feedback(feedbackRef: string): string {
    return uuidv5(`feedback/${feedbackRef}`, this.names);
  }

  complaint(complaintRef: string): string {
    return uuidv5(`complaint/${complaintRef}`, this.names);
  }

  /**
   * A note has no ref: it is the same note if the same was written at the same instant. An id for use within the import
   * alone: whoever has it can guess at what the note says (importer.ts blinds it).
   */
  note(at: Instant, text: string): string {
    return uuidv5(`note/${at}/${text}`, this.names);
  }
}
