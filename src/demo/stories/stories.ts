import type { Instant } from '../../schema/instant.js';
import { cleanersStory } from './cleaner.story.js';
import { electriciansStory } from './electrician.story.js';
import { hvacStory } from './hvac.story.js';
import { plumbersStory } from './plumber.story.js';
import { callOf, type Story, type StoryCall } from './story.js';

/** One of each trade. @param now where they end */
export const storiesAt = (now: Instant): Story[] =>
  [cleanersStory, plumbersStory, hvacStory, electriciansStory].map((story) => story(now));

/** The API, as the story uses it: what is answered, or an error that says why not. */
export interface StoryApi {
  readonly record: (call: StoryCall) => Promise<void>;
  /** @returns whether something is there */
  readonly has: (path: string) => Promise<boolean>;
  /** @param path below /api/v1; answered once everything recorded is in */
  readonly ask: <Answer>(path: string) => Promise<Answer>;
}

/**
 * Records a story, unless it was told before, and tells in words what is recorded and what the staff get to see of the
 * client at its end.
 */
export async function tellStory(
  story: Story,
  now: Instant,
  api: StoryApi,
  say: (line: string) => void,
): Promise<void> {
  say(`${story.title}\n${story.about}\n`);
  const known = await api.has(`/clients/${story.clientId}`);
  for (const step of story.steps) {
    const call = callOf(story, step, now);
    if (!known) await api.record(call);
    const { occurredAt } = call.body as { occurredAt: Instant };
    if (step.says) say(`  ${occurredAt.slice(0, 10)}  ${step.says}`);
  }
  const { brief } = await api.ask<{ brief: string[] }>(`/clients/${story.clientId}`);
  say(`\n  Whoever goes there next reads:\n${brief.map((line) => `    ${line}`).join('\n')}\n`);
}

interface Opportunity {
  name?: string;
  kind: string;
  why: string;
}

/** Tells whom the staff would call today, those who brought the most first. */
export async function tellOpportunities(api: StoryApi, say: (line: string) => void): Promise<void> {
  const { items } = await api.ask<{ items: Opportunity[] }>('/opportunities?limit=8');
  say('Whom to call today, and why:\n');
  for (const { name = 'somebody', kind, why } of items)
    say(`  ${name.padEnd(24)}  ${kind.replaceAll('_', ' ').padEnd(18)}  ${why}`);
  say('');
}
