import { Rejection } from '../../event-store/decider.js';
import type { ClientCommandOf } from '../client-command.js';
import { changed, noItems } from '../items.js';
import { slice } from '../slice.js';
import type { ContactPerson, UnlinkedContact } from './contact-person.events.js';

export type LinkContact = ClientCommandOf<'LinkContact', ContactPerson>;
export type UnlinkContact = ClientCommandOf<'UnlinkContact', UnlinkedContact>;

export const contactPersonSlice = slice<LinkContact | UnlinkContact>()({
  initial: noItems<{ linked: boolean }>(),
  evolve: {
    ContactLinked: (all, { data }) => all.set(data.contactId, { linked: true }),
    ContactUnlinked: (all, { data }) => changed(all, data.contactId, { linked: false }),
  },
  decide: {
    LinkContact: (all, { data, at }) =>
      all.has(data.contactId)
        ? Rejection.illegal('linked', 'link-once', `contact ${data.contactId} is already recorded`)
        : [{ type: 'ContactLinked', data, occurredAt: at }],
    UnlinkContact: (all, { data, at }) => {
      const contact = all.get(data.contactId);
      if (!contact) return Rejection.unknown(`the client has no contact ${data.contactId}`);
      return contact.linked ? [{ type: 'ContactUnlinked', data, occurredAt: at }] : [];
    },
  },
});
