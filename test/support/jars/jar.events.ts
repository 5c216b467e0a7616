import type { Catalogue } from '../../../src/event-store/codec.js';
import { defineEvent, type EventOf } from '../../../src/event-store/event-definition.js';

/** A little world for trying the projection engine on, so that no test of it depends on what clients are. */
export class Placing {
  shelf!: string;
  label?: string;
}
export class Marbles {
  colour!: string;
  count!: number;
}
export class Nothing {}

const JarPlaced = defineEvent({
  type: 'JarPlaced',
  version: 1,
  meaning: 'a jar is on a shelf',
  data: Placing,
});
const MarblesAdded = defineEvent({ type: 'MarblesAdded', version: 1, meaning: 'went in', data: Marbles });
const MarblesTaken = defineEvent({ type: 'MarblesTaken', version: 1, meaning: 'came out', data: Marbles });
const JarBroken = defineEvent({ type: 'JarBroken', version: 1, meaning: 'is no more', data: Nothing });

export type JarEvent =
  | EventOf<typeof JarPlaced>
  | EventOf<typeof MarblesAdded>
  | EventOf<typeof MarblesTaken>
  | EventOf<typeof JarBroken>;

export const jarEvents: Catalogue<JarEvent> = { JarPlaced, MarblesAdded, MarblesTaken, JarBroken };
