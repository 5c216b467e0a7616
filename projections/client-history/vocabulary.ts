import type { ClientEvent } from '../../src/client/client.events.js';
import type { Instant } from '../../src/schema/instant.js';

export type Kind = ClientEvent['type'];
type Fact<K extends Kind> = Extract<ClientEvent, { type: K }>;

/**
 * What the history says of each kind of fact; where nothing stands, what the event type means in general. The words leave
 * out whatever is personal (names, notes, what a complaint says): that stands in the fact's data, and only there, so that
 * forgetting a person never has to rewrite a sentence.
 * @param dayOf how a day is written, in the business's zone
 */
export type Vocabulary = {
  readonly [K in Kind]?: (data: Fact<K>['data'], dayOf: (at: Instant) => string) => string;
};
