import { defineEvent, type EventOf } from '../../event-store/event-definition.js';
import { Text, Texts, Uuid, type FieldOptions } from '../../schema/fields.js';

const TAG = /^[a-z0-9][a-z0-9-]{0,39}$/;
export const TAG_SAYS = 'a tag: 1 to 40 lower-case letters, digits and hyphens';
export const isTag = (text: string): boolean => TAG.test(text);

/** The tags given at conversion are of the same kind as those put on later. */
export const Tags = (options: FieldOptions) => Texts({ ...options, pattern: TAG, patternSays: TAG_SAYS });

export class NoteText {
  @Text({ about: 'the note', personal: true, max: 10_000 })
  text!: string;
}

export class Note extends NoteText {
  @Uuid({ about: 'id of the note' })
  noteId!: string;
}

export class Tag {
  @Text({ about: 'the tag', max: 40, example: 'vip' })
  tag!: string;
}

export const NoteAdded = defineEvent({
  type: 'NoteAdded',
  version: 1,
  meaning: 'Something worth remembering was written down.',
  data: Note,
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

export const recordEvents = { NoteAdded, TagAdded, TagRemoved } as const;
export type RecordEvent = EventOf<(typeof recordEvents)[keyof typeof recordEvents]>;
