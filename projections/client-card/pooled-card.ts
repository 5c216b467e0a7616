import type { CardItems, ItemKind, ItemsById } from '../client-record/card-items.js';
import { laidOver } from '../client-record/card-merges.js';
import type { ClientCardRow, Consent } from '../client-record/client-card.js';

export type CardParts = Pick<ClientCardRow, 'items' | 'preferences' | 'consents'>;

/**
 * What a survivor took over of other clients it knows as far as it counts; the details stand where they were recorded, and
 * do not change there any more. So its own card is laid over theirs.
 * @param absorbed the cards of the clients that were merged into it, directly or by way of each other
 * @returns the card as a whole: nothing that the survivor does not have, each thing with all that is known of it
 */
export function pooledCard(own: CardParts, absorbed: readonly CardParts[]): CardParts {
  if (absorbed.length === 0) return own;
  const kinds = Object.entries(own.items) as [ItemKind, Record<string, object>][];
  const items = kinds.map(([kind, byId]) => [
    kind,
    Object.fromEntries(
      Object.entries(byId).map(([id, item]) => [id, laidOver(detailsOf(kind, id, absorbed), item)]),
    ),
  ]);
  return {
    items: Object.fromEntries(items) as ItemsById,
    preferences: Object.assign(
      {},
      ...absorbed.map(({ preferences }) => preferences),
      own.preferences,
    ) as Record<string, string>,
    consents: absorbed.reduce(
      (said, { consents }) => [...said, ...consents.filter(unsaidIn(said))],
      own.consents,
    ),
  };
}

function detailsOf<K extends ItemKind>(
  kind: K,
  id: string,
  cards: readonly CardParts[],
): CardItems[K] | undefined {
  return cards.map(({ items }) => items[kind]?.[id]).find((item) => item !== undefined);
}

/** @returns whether nothing was said of it, nor of the whole channel */
const unsaidIn =
  (said: readonly Consent[]) =>
  ({ channel, kind }: Consent): boolean =>
    !said.some((one) => one.channel === channel && (one.kind === kind || one.kind === 'any'));
