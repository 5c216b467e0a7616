import { EventLog } from '../support/recorded-events.js';
import type { JarEvent } from '../support/jars/jar.events.js';
import { jars } from '../support/jars/jar.projection.js';
import { ProjectionSpec } from '../support/projection-spec.js';

const A = '0b7c2a9e-0000-4000-8000-00000000000a';
const B = '0b7c2a9e-0000-4000-8000-00000000000b';

let spec: ProjectionSpec;
let log: EventLog<JarEvent>;
beforeAll(async () => {
  spec = await ProjectionSpec.open(jars);
});
afterAll(() => spec.close());
beforeEach(() => {
  log = new EventLog<JarEvent>();
});

describe('a projection', () => {
  it('gives the same rows however its events are cut into batches', async () => {
    log.record(`jar-${A}`, 'JarPlaced', { shelf: 'low', label: 'he said "\\" and left\n\té' });
    log.record(`jar-${B}`, 'JarPlaced', { shelf: 'low' });
    log.record(`jar-${A}`, 'MarblesAdded', { colour: 'red', count: 5 });
    log.record(`jar-${B}`, 'MarblesAdded', { colour: 'blue', count: 2 });
    log.record(`jar-${A}`, 'MarblesTaken', { colour: 'red', count: 2 });
    log.record(`jar-${A}`, 'JarPlaced', { shelf: 'high' });
    log.record(`jar-${B}`, 'MarblesTaken', { colour: 'blue', count: 2 });
    log.record(`jar-${A}`, 'MarblesAdded', { colour: 'green', count: 1 }, { at: '2024-05-01T10:00:00.120Z' });

    await spec.given(log.events).gives({
      jar: [
        {
          jar: A,
          shelf: 'high',
          label: null,
          colours: { red: 3, green: 1 },
          worth: 12n,
          changed_at: '2024-05-01T10:00:00.120Z',
        },
        { jar: B, shelf: 'low', label: null, colours: {}, worth: 0n, changed_at: '2024-01-01T06:00:00.000Z' },
      ],
      jar_colour: [
        { jar: A, colour: 'green', marbles: 1 },
        { jar: A, colour: 'red', marbles: 3 },
      ],
      shelf_total: [
        { shelf: 'high', jars: 1, marbles: 4n },
        { shelf: 'low', jars: 1, marbles: 0n },
      ],
    });
  });

  it('keeps no sums of what is gone', async () => {
    log.record(`jar-${A}`, 'JarPlaced', { shelf: 'low' });
    log.record(`jar-${A}`, 'MarblesAdded', { colour: 'red', count: 5 });
    log.record(`jar-${A}`, 'JarBroken', {});
    await spec.given(log.events).gives({ jar: [], jar_colour: [], shelf_total: [] });
  });

  it('keeps text as it is', async () => {
    const label = `"quoted" 'single' back\\slash {brace} NULL \t tab \n line, comma é 🫙`;
    log.record(`jar-${A}`, 'JarPlaced', { shelf: 'NULL', label });
    const { jar } = await spec.given(log.events).rows();
    expect(jar).toMatchObject([{ shelf: 'NULL', label }]);
  });

  it('is taken to task for a handler that changes what it is given', async () => {
    const [fold] = jars.tables;
    if (fold?.shape !== 'fold') throw new Error('the first table of the jars is a fold');
    const MarblesAdded = (row: object | null) => row && Object.assign(row, { worth: 1n });
    const careless = await ProjectionSpec.open<JarEvent>({
      ...jars,
      tables: [{ ...fold, evolve: { ...fold.evolve, MarblesAdded } }],
    });
    log.record(`jar-${A}`, 'JarPlaced', { shelf: 'low' });
    log.record(`jar-${A}`, 'MarblesAdded', { colour: 'red', count: 5 });
    await expect(careless.given(log.events).rows()).rejects.toThrow('read only property');
    await careless.close();
  });
});
