import { describe, it } from '@jest/globals';
import { commandsTo } from '../../test/support/commands.js';
import { specify } from '../../test/support/decider-spec.js';
import { clientDecider } from './client.decider.js';
import type { ClientEvent } from './client.events.js';

const { given } = specify(clientDecider);
const command = commandsTo('6f1c2d2e-1111-4222-8333-444455556666');
const now = '2024-03-01T12:00:00.000Z';
const at = '2024-02-01T12:00:00.000Z';
const later = '2024-02-10T12:00:00.000Z';
const complaintId = '0e7a5b6a-0000-4000-8000-000000000001';
const noteId = '0e7a5b6a-0000-4000-8000-000000000002';

const converted: ClientEvent = { type: 'ClientConverted', data: { tags: ['vip'] }, occurredAt: at };
const complained: ClientEvent = { type: 'ClientComplained', data: { complaintId }, occurredAt: at };
const resolved: ClientEvent = {
  type: 'ComplaintResolved',
  data: { complaintId, remedy: 'revisit' },
  occurredAt: later,
};

describe('any command', () => {
  it('is refused for a client that never converted', () => {
    given()
      .when(command({ kind: 'AddTag', data: { tag: 'vip' } }, at, now))
      .thenRefused('unknown', /no such client/);
  });

  it('is refused for what has not happened yet', () => {
    given(converted)
      .when(command({ kind: 'AddTag', data: { tag: 'vip' } }, now, at))
      .thenRefused('invalid', /future/);
  });
});

describe('a complaint', () => {
  it('is raised', () => {
    given(converted)
      .when(command({ kind: 'RaiseComplaint', data: { complaintId } }, at, now))
      .then(complained);
  });

  it('is raised once', () => {
    given(converted, complained)
      .when(command({ kind: 'RaiseComplaint', data: { complaintId } }, at, now))
      .thenRefused('illegal', /already recorded/);
  });

  it('is resolved', () => {
    given(converted, complained)
      .when(command({ kind: 'ResolveComplaint', data: { complaintId, remedy: 'revisit' } }, later, now))
      .then(resolved);
  });

  it('is resolved only while open', () => {
    given(converted, complained, resolved)
      .when(command({ kind: 'ResolveComplaint', data: { complaintId } }, later, now))
      .thenRefused('illegal', /already resolved/);
  });

  it('is not resolved before it was raised', () => {
    given(converted, { ...complained, occurredAt: later })
      .when(command({ kind: 'ResolveComplaint', data: { complaintId } }, at, now))
      .thenRefused('invalid', /before it was raised/);
  });

  it('is not resolved if nobody raised it', () => {
    given(converted)
      .when(command({ kind: 'ResolveComplaint', data: { complaintId } }, at, now))
      .thenRefused('unknown', /no complaint/);
  });

  it('gives a credit only with a currency', () => {
    given(converted, complained)
      .when(command({ kind: 'ResolveComplaint', data: { complaintId, creditMinor: 500 } }, later, now))
      .thenRefused('invalid', /needs a currency/);
  });
});

describe('the record', () => {
  it('takes a note once', () => {
    const note = { noteId, text: 'gate code changed' };
    const added: ClientEvent = { type: 'NoteAdded', data: note, occurredAt: at };
    given(converted)
      .when(command({ kind: 'AddNote', data: note }, at, now))
      .then(added);
    given(converted, added)
      .when(command({ kind: 'AddNote', data: note }, at, now))
      .thenRefused('illegal', /already recorded/);
  });

  it('leaves a tag as it is that is there already, also from the conversion', () => {
    given(converted)
      .when(command({ kind: 'AddTag', data: { tag: 'vip' } }, at, now))
      .thenNothing();
    given(converted)
      .when(command({ kind: 'AddTag', data: { tag: 'pets' } }, at, now))
      .then({ type: 'TagAdded', data: { tag: 'pets' }, occurredAt: at });
  });

  it('takes a tag off, and does nothing where it is not on', () => {
    given(converted)
      .when(command({ kind: 'RemoveTag', data: { tag: 'vip' } }, at, now))
      .then({ type: 'TagRemoved', data: { tag: 'vip' }, occurredAt: at });
    given(converted)
      .when(command({ kind: 'RemoveTag', data: { tag: 'pets' } }, at, now))
      .thenNothing();
  });
});
