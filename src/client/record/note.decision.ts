import { Rejection } from '../../event-store/decider.js';
import type { ClientCommandOf } from '../client-command.js';
import { noItems } from '../items.js';
import { slice } from '../slice.js';
import type { Note } from './note.events.js';

export type AddNote = ClientCommandOf<'AddNote', Note>;
export type AmendNote = ClientCommandOf<'AmendNote', Note>;

/** That there is a note is all that is remembered; what it says is personal. */
export const noteSlice = slice<AddNote | AmendNote>()({
  initial: noItems<object>(),
  evolve: { NoteAdded: (notes, { data }) => notes.set(data.noteId, {}) },
  decide: {
    AddNote: (notes, { data, at }) =>
      notes.has(data.noteId)
        ? Rejection.illegal('noted', 'note-once', `note ${data.noteId} is already recorded`)
        : [{ type: 'NoteAdded', data, occurredAt: at }],
    AmendNote: (notes, { data, at }) =>
      notes.has(data.noteId)
        ? [{ type: 'NoteAmended', data, occurredAt: at }]
        : Rejection.unknown(`the client has no note ${data.noteId}`),
  },
});
