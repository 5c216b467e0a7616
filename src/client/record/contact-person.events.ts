import type { Personal } from '../../event-store/forgotten.js';
import { defineEvent } from '../../event-store/event-definition.js';
import { Email, Text, Uuid } from '../../schema/fields.js';

/** Somebody to talk to: a caretaker, a tenant, a bookkeeper. */
export class ContactDetails {
  @Text({ about: 'name', personal: true, example: 'Grace Hopper' })
  name!: Personal;

  @Text({ about: 'what the person is to the client', optional: true, max: 80, example: 'caretaker' })
  role?: string;

  @Text({ about: 'telephone number', optional: true, personal: true, max: 40 })
  phone?: Personal;

  @Email({ about: 'e-mail address', optional: true, personal: true, example: 'grace@example.com' })
  email?: Personal;
}

export class ContactPerson extends ContactDetails {
  @Uuid({ about: 'id of the contact' })
  contactId!: string;
}

export class UnlinkedContact {
  @Uuid({ about: 'the contact who is none any more' })
  contactId!: string;
}

export const ContactLinked = defineEvent({
  type: 'ContactLinked',
  version: 1,
  meaning: 'A person can be talked to for the client.',
  data: ContactPerson,
});
export const ContactUnlinked = defineEvent({
  type: 'ContactUnlinked',
  version: 1,
  meaning: 'A person is no longer to be talked to for the client.',
  data: UnlinkedContact,
});

export const contactPersonEvents = { ContactLinked, ContactUnlinked } as const;
