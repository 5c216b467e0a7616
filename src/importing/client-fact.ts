import type { Complaint, Resolution } from '../client/complaints/complaint.events.js';
import type { Conversion, Service } from '../client/lifecycle/lifecycle.events.js';
import type { Note } from '../client/record/note.events.js';
import type { Instant } from '../schema/instant.js';

interface Fact<Type extends string, Data> {
  readonly type: Type;
  readonly at: Instant;
  readonly data: Data;
}

/** One line of an import, checked, and in our own words: refs have become ids. */
export type ClientFact =
  | Fact<'converted', Conversion>
  | Fact<'serviced', Service>
  | Fact<'complained', Complaint>
  | Fact<'resolved', Resolution>
  | Fact<'noted', Note>;

/** The kinds of facts, in the order in which those of one instant are taken. */
export const factTypes = ['converted', 'serviced', 'complained', 'resolved', 'noted'] as const;

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
