import { Rejection, type Decider, type Decision } from '../event-store/decider.js';
import type { ClientEvent } from './client.events.js';
import {
  evolveComplaints,
  noComplaints,
  raiseComplaint,
  resolveComplaint,
  type Complaints,
  type RaiseComplaint,
  type ResolveComplaint,
} from './complaints/complaint.decision.js';
import {
  convertClient,
  lapseClient,
  recordService,
  type ConvertClient,
  type LapseClient,
  type RecordService,
} from './lifecycle/lifecycle.decision.js';
import { evolveLifecycle, noLifecycle, type Lifecycle } from './lifecycle/lifecycle.evolve.js';
import {
  addNote,
  addTag,
  emptyRecord,
  evolveRecord,
  removeTag,
  type AddNote,
  type AddTag,
  type ClientRecord,
  type RemoveTag,
} from './record/record.decision.js';

/** What the write side remembers of a client: enough to decide, and nothing personal. */
export interface ClientState {
  readonly lifecycle: Lifecycle;
  readonly complaints: Complaints;
  readonly record: ClientRecord;
}

export type ClientCommand =
  | ConvertClient
  | RecordService
  | LapseClient
  | RaiseComplaint
  | ResolveComplaint
  | AddNote
  | AddTag
  | RemoveTag;

export const clientDecider: Decider<ClientState, ClientCommand, ClientEvent> = {
  initial: { lifecycle: noLifecycle, complaints: noComplaints, record: emptyRecord },
  evolve,
  decide,
};

function decide(state: ClientState, command: ClientCommand): Decision<ClientEvent> {
  if ('at' in command && command.at > command.now) {
    return Rejection.invalid('occurredAt', `must not lie in the future; it is ${command.now} now`);
  }
  if (command.kind === 'ConvertClient') return convertClient(state.lifecycle, command);
  if (state.lifecycle.convertedAt === null) return Rejection.unknown('there is no such client');
  switch (command.kind) {
    case 'RecordService':
      return recordService(state.lifecycle, command);
    case 'LapseClient':
      return lapseClient(state.lifecycle, command);
    case 'RaiseComplaint':
      return raiseComplaint(state.complaints, command);
    case 'ResolveComplaint':
      return resolveComplaint(state.complaints, command);
    case 'AddNote':
      return addNote(state.record, command);
    case 'AddTag':
      return addTag(state.record, command);
    case 'RemoveTag':
      return removeTag(state.record, command);
  }
}

function evolve(state: ClientState, event: ClientEvent): ClientState {
  switch (event.type) {
    case 'ClientConverted':
      return {
        ...state,
        lifecycle: evolveLifecycle(state.lifecycle, event),
        record: { ...state.record, tags: new Set(event.data.tags) },
      };
    case 'ClientServiced':
    case 'ClientLapsed':
    case 'ClientReactivated':
    case 'LapseRevoked':
    case 'ReactivationRevoked':
      return { ...state, lifecycle: evolveLifecycle(state.lifecycle, event) };
    case 'ClientComplained':
    case 'ComplaintResolved':
      return { ...state, complaints: evolveComplaints(state.complaints, event) };
    case 'NoteAdded':
    case 'TagAdded':
    case 'TagRemoved':
      return { ...state, record: evolveRecord(state.record, event) };
  }
}
