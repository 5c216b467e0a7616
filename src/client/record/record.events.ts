import { defineEvent, type EventOf } from '../../event-store/event-definition.js';
import { Text, Uuid } from '../../schema/fields.js';

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
