import fc from 'fast-check';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { JarEvent } from '../support/jars/jar.events.js';
import { jars } from '../support/jars/jar.projection.js';
import { ProjectionSpec } from '../support/projection-spec.js';
import { EventLog } from '../support/recorded-events.js';

const JARS = [1, 2, 3].map((n) => `jar-0b7c2a9e-0000-4000-8000-00000000000${n}`);

interface Happening {
  jar: string;
  kind: 'placed' | 'filled' | 'emptied' | 'broken';
  shelf: string;
  colour: string;
  count: number;
}
const happening: fc.Arbitrary<Happening> = fc.record({
  jar: fc.constantFrom(...JARS),
  kind: fc.constantFrom('placed', 'filled', 'filled', 'emptied', 'broken'),
  shelf: fc.constantFrom('low', 'high'),
  colour: fc.constantFrom('red', 'blue'),
  count: fc.integer({ min: 1, max: 3 }),
});

/** Only what was put in is taken out; at anything else the projection would rightly pause. */
function recorded(happenings: readonly Happening[]): RecordedEvent<JarEvent>[] {
  const log = new EventLog<JarEvent>();
  const inside = new Map<string, number>();
  for (const { jar, kind, shelf, colour, count } of happenings) {
    const place = `${jar} ${colour}`;
    const there = inside.get(place);
    switch (kind) {
      case 'placed':
        log.record(jar, 'JarPlaced', { shelf });
        for (const each of ['red', 'blue']) inside.set(`${jar} ${each}`, inside.get(`${jar} ${each}`) ?? 0);
        break;
      case 'filled':
        log.record(jar, 'MarblesAdded', { colour, count });
        if (there !== undefined) inside.set(place, there + count);
        break;
      case 'emptied':
        if (!there) break;
        log.record(jar, 'MarblesTaken', { colour, count: there });
        inside.set(place, 0);
        break;
      case 'broken':
        log.record(jar, 'JarBroken', {});
        for (const each of ['red', 'blue']) inside.delete(`${jar} ${each}`);
    }
  }
  return log.events;
}

/** @returns the events cut after each of these places, some delivered again with the batch that follows */
function cut(
  events: readonly RecordedEvent[],
  cuts: readonly { at: number; again: number }[],
): RecordedEvent[][] {
  const places = cuts
    .map(({ at, again }) => ({ at: at % (events.length + 1), again }))
    .sort((a, b) => a.at - b.at);
  const batches: RecordedEvent[][] = [];
  let from = 0;
  for (const { at, again } of [...places, { at: events.length, again: 0 }]) {
    if (at > from) batches.push(events.slice(from, at));
    from = Math.max(0, at - again);
  }
  batches.push(events.slice(from));
  return batches.filter((batch) => batch.length > 0);
}

it('any cut of any events into batches, with repetitions, gives the same tables', async () => {
  const spec = await ProjectionSpec.open(jars);
  const cuts = fc.array(fc.record({ at: fc.nat(40), again: fc.nat(5) }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(fc.array(happening, { maxLength: 40 }).map(recorded), cuts, async (events, places) => {
      const atOnce = await spec.replay([events]);
      expect(await spec.replay(cut(events, places))).toEqual(atOnce);
    }),
    { numRuns: 60 },
  );
  await spec.close();
});
