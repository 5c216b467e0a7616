import { Rejection, type Decision } from '../../event-store/decider.js';
import type { ClientCommandOf } from '../client-command.js';
import type { ClientEvent } from '../client.events.js';
import { noItems } from '../items.js';
import { slice } from '../slice.js';
import type { AccessNote, AccessNoteLook, Property } from './property.events.js';

export type AddProperty = ClientCommandOf<'AddProperty', Property>;
export type ChangeProperty = ClientCommandOf<'ChangeProperty', Property>;
export type RecordAccessNote = ClientCommandOf<'RecordAccessNote', AccessNote>;
export type ViewAccessNote = ClientCommandOf<'ViewAccessNote', AccessNoteLook>;

/** That there is a property is all that is remembered; the rest is personal, or decides nothing. */
export const propertySlice = slice<AddProperty | ChangeProperty | RecordAccessNote | ViewAccessNote>()({
  initial: noItems<object>(),
  evolve: { PropertyAdded: (properties, { data }) => properties.set(data.propertyId, {}) },
  decide: {
    AddProperty: (properties, { data, at }) =>
      properties.has(data.propertyId)
        ? Rejection.illegal('known', 'add-once', `property ${data.propertyId} is already recorded`)
        : [{ type: 'PropertyAdded', data, occurredAt: at }],
    ChangeProperty: (properties, { data, at }): Decision<ClientEvent> => {
      if (!properties.has(data.propertyId)) return unknown(data.propertyId);
      if (Object.keys(data).length === 1) {
        return Rejection.invalid('body', 'name at least one detail that changes');
      }
      return [{ type: 'PropertyChanged', data, occurredAt: at }];
    },
    RecordAccessNote: (properties, { data, at }) =>
      properties.has(data.propertyId)
        ? [{ type: 'AccessNoteRecorded', data, occurredAt: at }]
        : unknown(data.propertyId),
    ViewAccessNote: (properties, { data, at }) =>
      properties.has(data.propertyId)
        ? [{ type: 'AccessNoteViewed', data, occurredAt: at }]
        : unknown(data.propertyId),
  },
});

const unknown = (propertyId: string): Rejection =>
  Rejection.unknown(`the client has no property ${propertyId}`);
