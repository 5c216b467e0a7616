import { describe, it } from '@jest/globals';
import { specify } from '../../test/support/decider-spec.js';
import { clientDecider } from './client.decider.js';
import type { ClientEvent } from './client.events.js';

const { given } = specify(clientDecider);
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
      .when({ kind: 'AddTag', at, now, tag: 'vip' })
      .thenRefused('unknown', /no such client/);
  });

  it('is refused for what has not happened yet', () => {
    given(converted)
      .when({ kind: 'AddTag', at: now, now: at, tag: 'vip' })
      .thenRefused('invalid', /future/);
  });
});

describe('a complaint', () => {
  it('is raised', () => {
    given(converted).when({ kind: 'RaiseComplaint', at, now, data: { complaintId } }).then(complained);
  });

  it('is raised once', () => {
    given(converted, complained)
      .when({ kind: 'RaiseComplaint', at, now, data: { complaintId } })
      .thenRefused('illegal', /already recorded/);
  });

  it('is resolved', () => {
    given(converted, complained)
      .when({ kind: 'ResolveComplaint', at: later, now, data: { complaintId, remedy: 'revisit' } })
      .then(resolved);
  });

  it('is resolved only while open', () => {
    given(converted, complained, resolved)
      .when({ kind: 'ResolveComplaint', at: later, now, data: { complaintId } })
      .thenRefused('illegal', /already resolved/);
  });

  it('is not resolved before it was raised', () => {
    given(converted, { ...complained, occurredAt: later })
      .when({ kind: 'ResolveComplaint', at, now, data: { complaintId } })
      .thenRefused('invalid', /before it was raised/);
  });

  it('is not resolved if nobody raised it', () => {
    given(converted)
      .when({ kind: 'ResolveComplaint', at, now, data: { complaintId } })
      .thenRefused('unknown', /no complaint/);
  });

  it('gives a credit only with a currency', () => {
    given(converted, complained)
      .when({ kind: 'ResolveComplaint', at: later, now, data: { complaintId, creditMinor: 500 } })
      .thenRefused('invalid', /needs a currency/);
  });
});

describe('the record', () => {
  it('takes a note once', () => {
    const note = { noteId, text: 'gate code changed' };
    const added: ClientEvent = { type: 'NoteAdded', data: note, occurredAt: at };
    given(converted).when({ kind: 'AddNote', at, now, data: note }).then(added);
    given(converted, added)
      .when({ kind: 'AddNote', at, now, data: note })
      .thenRefused('illegal', /already recorded/);
  });

  it('leaves a tag as it is that is there already, also from the conversion', () => {
    given(converted).when({ kind: 'AddTag', at, now, tag: 'vip' }).thenNothing();
    given(converted)
      .when({ kind: 'AddTag', at, now, tag: 'pets' })
      .then({ type: 'TagAdded', data: { tag: 'pets' }, occurredAt: at });
  });

  it('takes a tag off, and does nothing where it is not on', () => {
    given(converted)
      .when({ kind: 'RemoveTag', at, now, tag: 'vip' })
      .then({ type: 'TagRemoved', data: { tag: 'vip' }, occurredAt: at });
    given(converted).when({ kind: 'RemoveTag', at, now, tag: 'pets' }).thenNothing();
  });
});
