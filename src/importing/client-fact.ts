import type { ClientIntent } from '../client/client.slices.js';
import type { Instant } from '../schema/instant.js';

/** What a line of each type asks of a client. */
const intents = {
  converted: 'ConvertClient',
  serviced: 'RecordService',
  service_corrected: 'CorrectService',
  service_voided: 'VoidService',
  complained: 'RaiseComplaint',
  resolved: 'ResolveComplaint',
  noted: 'AddNote',
  booked: 'MakeBooking',
  invoiced: 'IssueInvoice',
  paid: 'PayInvoice',
  feedback: 'ReceiveFeedback',
  closed: 'CloseClient',
} as const satisfies Record<string, ClientIntent['kind']>;

export type FactType = keyof typeof intents;
type DataOf<Kind extends ClientIntent['kind']> = Extract<ClientIntent, { kind: Kind }>['data'];

/** One line of an import, checked, and in our own words: refs have become ids. */
export type ClientFact = {
  [Type in FactType]: {
    readonly type: Type;
    readonly at: Instant;
    readonly data: DataOf<(typeof intents)[Type]>;
  };
}[FactType];

/** The kinds of facts, in the order in which those of one instant are taken. The second is `serviced` (spool.ts counts on it). */
export const factTypes = Object.keys(intents) as FactType[];

/** @returns what recording the fact means */
export function intentOf({ type, data }: ClientFact): ClientIntent {
  // Kind and data belong together by the table above, which is more than the compiler sees in a union.
  return { kind: intents[type], data } as ClientIntent;
}

/** A fact and the line it stood on, counted from 1. */
export interface NumberedFact {
  readonly line: number;
  readonly fact: ClientFact;
}

/** A line that was not recorded, and why. The reason names fields, never what stands in them. */
export interface RefusedLine {
  readonly line: number;
  readonly reason: string;
}
