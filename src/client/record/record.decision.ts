import { Set as ImmutableSet } from 'immutable';
import { Rejection } from '../../event-store/decider.js';
import type { ClientCommandOf } from '../client-command.js';
import { noItems } from '../items.js';
import { slice } from '../slice.js';
import type { Note, Tag } from './record.events.js';

/** What decisions have to know of a client's details. */
export interface ClientRecord {
  readonly tags: ImmutableSet<string>;
  readonly trade: string | undefined;
}

export type AddTag = ClientCommandOf<'AddTag', Tag>;
export type RemoveTag = ClientCommandOf<'RemoveTag', Tag>;
export type AddNote = ClientCommandOf<'AddNote', Note>;

export const recordSlice = slice<AddTag | RemoveTag>()({
  initial: { tags: ImmutableSet<string>(), trade: undefined } as ClientRecord,
  evolve: {
    ClientConverted: (_record, { data }) => ({ tags: ImmutableSet(data.tags), trade: data.trade }),
    TagAdded: (record, { data }) => ({ ...record, tags: record.tags.add(data.tag) }),
    TagRemoved: (record, { data }) => ({ ...record, tags: record.tags.delete(data.tag) }),
  },
  // A tag that is there already, or gone already, is left as it is: no fact, and no fault.
  decide: {
    AddTag: ({ tags }, { data, at }) =>
      tags.has(data.tag) ? [] : [{ type: 'TagAdded', data, occurredAt: at }],
    RemoveTag: ({ tags }, { data, at }) =>
      tags.has(data.tag) ? [{ type: 'TagRemoved', data, occurredAt: at }] : [],
  },
});

export const noteSlice = slice<AddNote>()({
  initial: noItems<object>(),
  evolve: { NoteAdded: (notes, { data }) => notes.set(data.noteId, {}) },
  decide: {
    AddNote: (notes, { data, at }) =>
      notes.has(data.noteId)
        ? Rejection.illegal('noted', 'note-once', `note ${data.noteId} is already recorded`)
        : [{ type: 'NoteAdded', data, occurredAt: at }],
  },
});
