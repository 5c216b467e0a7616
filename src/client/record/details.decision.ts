import { Set as ImmutableSet } from 'immutable';
import { Rejection, type Decision } from '../../event-store/decider.js';
import type { ClientCommandOf } from '../client-command.js';
import type { ClientEvent } from '../client.events.js';
import { slice } from '../slice.js';
import type { ClientDetails, Tag } from './details.events.js';

/** What decisions have to know of a client's details. */
export interface ClientRecord {
  readonly tags: ImmutableSet<string>;
  readonly trade: string | undefined;
  readonly owner: string | undefined;
}

export type ChangeDetails = ClientCommandOf<'ChangeDetails', { details: ClientDetails; owner?: string }>;
export type AddTag = ClientCommandOf<'AddTag', Tag>;
export type RemoveTag = ClientCommandOf<'RemoveTag', Tag>;

const emptyRecord: ClientRecord = { tags: ImmutableSet<string>(), trade: undefined, owner: undefined };

export const recordSlice = slice<ChangeDetails | AddTag | RemoveTag>()({
  initial: emptyRecord,
  evolve: {
    ClientConverted: (_record, { data: { tags, trade, owner } }) => ({
      tags: ImmutableSet(tags),
      trade,
      owner,
    }),
    ClientDetailsChanged: (record, { data: { trade = record.trade } }) => ({ ...record, trade }),
    OwnerAssigned: (record, { data }) => ({ ...record, owner: data.owner }),
    TagAdded: (record, { data }) => ({ ...record, tags: record.tags.add(data.tag) }),
    TagRemoved: (record, { data }) => ({ ...record, tags: record.tags.delete(data.tag) }),
  },
  // A tag that is there already, or gone already, is left as it is: no fact, and no fault.
  decide: {
    ChangeDetails: changeDetails,
    AddTag: ({ tags }, { data, at }) =>
      tags.has(data.tag) ? [] : [{ type: 'TagAdded', data, occurredAt: at }],
    RemoveTag: ({ tags }, { data, at }) =>
      tags.has(data.tag) ? [{ type: 'TagRemoved', data, occurredAt: at }] : [],
  },
});

/** Names and addresses are not remembered here, so that saying the same again is a fact again; the owner is. */
function changeDetails({ owner: now }: ClientRecord, { data, at }: ChangeDetails): Decision<ClientEvent> {
  const { details, owner } = data;
  if (owner === undefined && Object.keys(details).length === 0) {
    return Rejection.invalid('body', 'name at least one detail that changes');
  }
  const events: ClientEvent[] = [];
  if (Object.keys(details).length > 0) {
    events.push({ type: 'ClientDetailsChanged', data: details, occurredAt: at });
  }
  if (owner !== undefined && owner !== now) {
    events.push({ type: 'OwnerAssigned', data: { owner }, occurredAt: at });
  }
  return events;
}
