import type { Personal } from '../../event-store/forgotten.js';
import { defineEvent } from '../../event-store/event-definition.js';
import { OneOf, Text } from '../../schema/fields.js';
import { Flag } from '../../schema/value-fields.js';
import { CHANNELS, CONTACT_KINDS } from '../contact/contact.events.js';

const KEY = /^[a-z][a-z0-9_]{0,59}$/;
export const KEY_SAYS =
  'the name of a preference: 1 to 60 lower-case letters, digits and underscores, such as preferred_technician';
export const isPreferenceKey = (text: string): boolean => KEY.test(text);

export class PreferenceValue {
  @Text({ about: 'what the client wants', personal: true, max: 500, example: 'Marie' })
  value!: Personal;
}

export class Preference extends PreferenceValue {
  @Text({ about: 'what it is about', max: 60, example: 'preferred_technician' })
  key!: string;
}

export class ClearedPreference {
  @Text({ about: 'what it was about', max: 60, example: 'preferred_technician' })
  key!: string;
}

/** Whether the client may be contacted by a channel for a purpose. */
export class CommunicationPreference {
  @OneOf(CHANNELS, { about: 'by which channel' })
  channel!: string;

  @OneOf([...CONTACT_KINDS, 'any'], { about: 'for what; any stands for every purpose' })
  kind!: string;

  @Flag({ about: 'whether the client agreed to it' })
  granted!: boolean;
}

export const PreferenceSet = defineEvent({
  type: 'PreferenceSet',
  version: 1,
  meaning: 'The client wants something done in a certain way.',
  data: Preference,
});
export const PreferenceCleared = defineEvent({
  type: 'PreferenceCleared',
  version: 1,
  meaning: 'A preference no longer holds.',
  data: ClearedPreference,
});
export const CommunicationPreferenceChanged = defineEvent({
  type: 'CommunicationPreferenceChanged',
  version: 1,
  meaning: 'The client agreed to being contacted in a certain way, or withdrew it.',
  data: CommunicationPreference,
});

export const preferenceEvents = { PreferenceSet, PreferenceCleared, CommunicationPreferenceChanged } as const;
