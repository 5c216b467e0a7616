import type { Personal } from '../../event-store/forgotten.js';
import { defineEvent } from '../../event-store/event-definition.js';
import { Text, Uuid } from '../../schema/fields.js';

export class NoteText {
  @Text({ about: 'the note', personal: true, max: 10_000 })
  text!: Personal;
}

export class Note extends NoteText {
  @Uuid({ about: 'id of the note' })
  noteId!: string;
}

export const NoteAdded = defineEvent({
  type: 'NoteAdded',
  version: 1,
  meaning: 'Something worth remembering was written down.',
  data: Note,
});
export const NoteAmended = defineEvent({
  type: 'NoteAmended',
  version: 1,
  meaning: 'A note was written anew; what it said before stays in the history.',
  data: Note,
});

export const noteEvents = { NoteAdded, NoteAmended } as const;
