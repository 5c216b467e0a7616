import { v5 as uuidv5 } from 'uuid';
import { plusDays, type Instant } from '../../schema/instant.js';

/** Something that was done for a client, so many days before the day on which the story is told. */
export interface Step {
  readonly daysAgo: number;
  /** in words; steps that say nothing only move the story on */
  readonly says?: string;
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** below the client, such as `services`; of the conversion itself, empty */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** A client of one trade, from its conversion to today. */
export interface Story {
  readonly title: string;
  readonly about: string;
  readonly clientId: string;
  readonly steps: readonly Step[];
}

/** What a story is written with: the ids and days of its cast. */
export interface Cast {
  /** @returns the id of whatever goes by a name in the story */
  readonly id: (name: string) => string;
  /** @returns the instant so many days before the story is told (after it, for a negative number) */
  readonly at: (daysAgo: number) => Instant;
  /** @returns the day of it */
  readonly on: (daysAgo: number) => string;
}

/** Stories of one kind at one moment are the same; those of another have a cast of their own. */
const NAMESPACE = '5b3b2f0e-7e0c-4a52-9a53-1d6a3cf0c9b4';

/** @param now when the story is told */
export function castOf(title: string, now: Instant): Cast {
  const at = (daysAgo: number): Instant => plusDays(now, -daysAgo);
  return {
    id: (name) => uuidv5(`${title}/${now}/${name}`, NAMESPACE),
    at,
    on: (daysAgo) => at(daysAgo).slice(0, 10),
  };
}

/** A call of the API that records a step. */
export interface StoryCall {
  readonly method: Step['method'];
  /** below /api/v1 */
  readonly path: string;
  readonly body: object;
}

/** @returns the call that records a step, with when it happened */
export function callOf({ clientId }: Story, { daysAgo, method, path, body }: Step, now: Instant): StoryCall {
  const dated = { ...body, occurredAt: plusDays(now, -daysAgo) };
  return path === ''
    ? { method, path: '/clients', body: { clientId, ...dated } }
    : { method, path: `/clients/${clientId}/${path}`, body: dated };
}
