import type { Slice } from './slice.js';
import type { AnyClientCommand } from './client-command.js';
import { complaintSlice } from './complaints/complaint.decision.js';
import { contactSlice } from './contact/contact.decision.js';
import { identitySlice } from './identity/identity.decision.js';
import { lifecycleSlice } from './lifecycle/lifecycle.decision.js';
import { bookingSlice } from './plans/booking.decision.js';
import { planSlice } from './plans/plan.decision.js';
import { noteSlice, recordSlice } from './record/record.decision.js';

/** What a client is made of. A slice's part of the state goes by the name given here; names are part of stored facts. */
export const clientSlices = {
  lifecycle: lifecycleSlice,
  complaints: complaintSlice,
  record: recordSlice,
  notes: noteSlice,
  plans: planSlice,
  bookings: bookingSlice,
  contact: contactSlice,
  identity: identitySlice,
} as const;

type Slices = typeof clientSlices;
type StateOf<S> = S extends { readonly initial: infer State } ? State : never;
type CommandOf<S> = S extends Slice<infer _State, infer Command, infer _Client> ? Command : never;

/** What the write side remembers of a client: enough to decide, and nothing personal. */
export type ClientState = { readonly [Name in keyof Slices]: StateOf<Slices[Name]> };
export type ClientCommand = { [Name in keyof Slices]: CommandOf<Slices[Name]> }[keyof Slices] &
  AnyClientCommand;

type Intent<Command> = Command extends AnyClientCommand ? Pick<Command, 'kind' | 'data'> : never;
/** What is wanted of a client, without the frame that it comes in. */
export type ClientIntent = Intent<ClientCommand>;
