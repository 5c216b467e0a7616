import type { Personal } from '../../event-store/forgotten.js';
import { defineEvent } from '../../event-store/event-definition.js';
import { Email, OneOf, Text, Texts, type FieldOptions } from '../../schema/fields.js';

export const TAG = /^[a-z0-9][a-z0-9-]{0,39}$/;
export const TAG_SAYS = 'a tag: 1 to 40 lower-case letters, digits and hyphens';
export const isTag = (text: string): boolean => TAG.test(text);

export const TRADES = ['cleaning', 'plumbing', 'hvac', 'electrical', 'salon', 'other'] as const;

/** The tags given at conversion are of the same kind as those put on later. */
export const Tags = (options: FieldOptions) => Texts({ ...options, pattern: TAG, patternSays: TAG_SAYS });

/** Who the client is, and what we know of how it came to us. Everything may still be unknown. */
export class ClientDetails {
  @Text({ about: 'person or company', optional: true, personal: true, example: 'Ada Lovelace' })
  name?: Personal;

  @Email({ about: 'e-mail address', optional: true, personal: true, example: 'ada@example.com' })
  email?: Personal;

  @Text({ about: 'telephone number', optional: true, personal: true, max: 40 })
  phone?: Personal;

  @Text({ about: 'postal address', optional: true, personal: true, max: 500 })
  address?: Personal;

  @Text({ about: 'where the lead came from', optional: true, max: 80, example: 'referral' })
  source?: string;

  @Text({ about: 'the channel by which the lead converted', optional: true, max: 80, example: 'phone' })
  channel?: string;

  @OneOf(['residential', 'commercial'], { about: 'kind of client', optional: true })
  clientType?: 'residential' | 'commercial';

  @OneOf(TRADES, { about: 'trade', optional: true })
  trade?: string;
}

export class Ownership {
  @Text({ about: 'who of the staff looks after the client', max: 80 })
  owner!: string;
}

export class Tag {
  @Text({ about: 'the tag', max: 40, example: 'vip' })
  tag!: string;
}

export const ClientDetailsChanged = defineEvent({
  type: 'ClientDetailsChanged',
  version: 1,
  meaning: 'What is known of the client changed; what is left out stayed as it was.',
  data: ClientDetails,
});
export const OwnerAssigned = defineEvent({
  type: 'OwnerAssigned',
  version: 1,
  meaning: 'Somebody of the staff looks after the client from now on.',
  data: Ownership,
});
export const TagAdded = defineEvent({
  type: 'TagAdded',
  version: 1,
  meaning: 'The client was tagged.',
  data: Tag,
});
export const TagRemoved = defineEvent({
  type: 'TagRemoved',
  version: 1,
  meaning: 'A tag was taken off.',
  data: Tag,
});

export const detailsEvents = { ClientDetailsChanged, OwnerAssigned, TagAdded, TagRemoved } as const;
