import type { AnyClientCommand } from './client-command.js';
import { invoiceSlice } from './billing/billing.decision.js';
import { complaintSlice } from './complaints/complaint.decision.js';
import { attemptSlice, communicationSlice, feedbackSlice } from './contact/contact.decision.js';
import { identitySlice } from './identity/identity.decision.js';
import { lifecycleSlice } from './lifecycle/lifecycle.decision.js';
import { bookingSlice } from './plans/booking.decision.js';
import { planSlice } from './plans/plan.decision.js';
import { followUpSlice, recommendationSlice } from './plans/follow-up-work.decision.js';
import { contactPersonSlice } from './record/contact-person.decision.js';
import { recordSlice } from './record/details.decision.js';
import { equipmentSlice } from './record/equipment.decision.js';
import { noteSlice } from './record/note.decision.js';
import { preferenceSlice } from './record/preference.decision.js';
import { propertySlice } from './record/property.decision.js';

/** What a client is made of. A slice's part of the state goes by the name given here; names are part of stored facts. */
export const clientSlices = {
  lifecycle: lifecycleSlice,
  complaints: complaintSlice,
  record: recordSlice,
  notes: noteSlice,
  preferences: preferenceSlice,
  properties: propertySlice,
  equipment: equipmentSlice,
  contacts: contactPersonSlice,
  plans: planSlice,
  bookings: bookingSlice,
  recommendations: recommendationSlice,
  followUps: followUpSlice,
  invoices: invoiceSlice,
  communications: communicationSlice,
  attempts: attemptSlice,
  feedback: feedbackSlice,
  identity: identitySlice,
} as const;

type Slices = typeof clientSlices;
type StateOf<S> = S extends { readonly initial: infer State } ? State : never;
type DecisionsOf<S> = S extends { readonly decide: infer Decisions } ? Decisions[keyof Decisions] : never;
type CommandOf<Decision> = Decision extends (part: never, command: infer Command, client: never) => unknown
  ? Command
  : never;

/** What the write side remembers of a client: enough to decide, and nothing personal. */
export type ClientState = { readonly [Name in keyof Slices]: StateOf<Slices[Name]> };
export type ClientCommand = { [Name in keyof Slices]: CommandOf<DecisionsOf<Slices[Name]>> }[keyof Slices] &
  AnyClientCommand;

type Intent<Command> = Command extends AnyClientCommand ? Pick<Command, 'kind' | 'data'> : never;
/** What is wanted of a client, without the frame that it comes in. */
export type ClientIntent = Intent<ClientCommand>;
