import { callOf, castOf, type Cast, type Story } from '../../src/demo/stories/story.js';
import { plusDays, type Instant } from '../../src/schema/instant.js';
import { SettableClock } from './settable-clock.js';
import { Tenure } from './tenure.js';

/** Lives through a story over HTTP, each step at its own time, and asks what the staff would see then. */
export class Storyteller {
  readonly cast: Cast;
  readonly client: string;
  private told = 0;

  private constructor(
    private readonly tenure: Tenure,
    private readonly clock: SettableClock,
    private readonly story: Story,
    private readonly now: Instant,
  ) {
    this.cast = castOf(story.title, now);
    this.client = `/clients/${story.clientId}`;
  }

  /** @param now when the story is told, which is where it ends */
  static async begin(storyAt: (now: Instant) => Story, now: Instant): Promise<Storyteller> {
    const story = storyAt(now);
    const clock = new SettableClock(plusDays(now, -(story.steps[0]?.daysAgo ?? 0)));
    return new Storyteller(await Tenure.start({}, { clock }), clock, story, now);
  }

  /** Goes on with the story up to and with a day. */
  async until(daysAgo: number): Promise<void> {
    for (; (this.story.steps[this.told]?.daysAgo ?? -1) >= daysAgo; this.told++) {
      const step = this.story.steps[this.told]!;
      this.clock.set(this.cast.at(step.daysAgo));
      const { method, path, body } = callOf(this.story, step, this.now);
      await this.tenure.record(method.toLowerCase() as 'post', path, body);
    }
    this.clock.set(this.cast.at(daysAgo));
    await this.tenure.sweep();
  }

  /** @returns what a member of the staff gets to see */
  async sees<Answer = Record<string, unknown>>(path: string): Promise<Answer> {
    return (await this.tenure.ask(path).expect(200)).body as Answer;
  }

  /** @returns the lines of a list */
  async list(path: string): Promise<Record<string, unknown>[]> {
    return (await this.sees<{ items: Record<string, unknown>[] }>(path)).items;
  }

  end(): Promise<void> {
    return this.tenure.close();
  }
}
