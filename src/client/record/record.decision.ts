import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { Note, RecordEvent } from './record.events.js';

export interface ClientRecord {
  readonly notes: ReadonlySet<string>;
  readonly tags: ReadonlySet<string>;
}

export const emptyRecord: ClientRecord = { notes: new Set(), tags: new Set() };

export interface AddNote {
  readonly kind: 'AddNote';
  readonly at: Instant;
  readonly now: Instant;
  readonly data: Note;
}

export interface AddTag {
  readonly kind: 'AddTag';
  readonly at: Instant;
  readonly now: Instant;
  readonly tag: string;
}

export interface RemoveTag {
  readonly kind: 'RemoveTag';
  readonly at: Instant;
  readonly now: Instant;
  readonly tag: string;
}

export function evolveRecord(record: ClientRecord, event: RecordEvent): ClientRecord {
  switch (event.type) {
    case 'NoteAdded':
      return { ...record, notes: new Set(record.notes).add(event.data.noteId) };
    case 'TagAdded':
      return { ...record, tags: new Set(record.tags).add(event.data.tag) };
    case 'TagRemoved':
      return { ...record, tags: new Set([...record.tags].filter((tag) => tag !== event.data.tag)) };
  }
}

export function addNote(record: ClientRecord, command: AddNote): Decision<RecordEvent> {
  if (record.notes.has(command.data.noteId)) {
    return Rejection.illegal('noted', 'note-once', `note ${command.data.noteId} is already recorded`);
  }
  return [{ type: 'NoteAdded', data: command.data, occurredAt: command.at }];
}

/** A tag that is there already, or gone already, is left as it is: no fact, and no fault. */
export function addTag(record: ClientRecord, { at, tag }: AddTag): Decision<RecordEvent> {
  return record.tags.has(tag) ? [] : [{ type: 'TagAdded', data: { tag }, occurredAt: at }];
}

export function removeTag(record: ClientRecord, { at, tag }: RemoveTag): Decision<RecordEvent> {
  return record.tags.has(tag) ? [{ type: 'TagRemoved', data: { tag }, occurredAt: at }] : [];
}
