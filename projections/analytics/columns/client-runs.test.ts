import fc from 'fast-check';
import { ClientRuns } from './client-runs.js';

const open = () => new ClientRuns({ at: Float64Array, code: Int32Array });
type Runs = ReturnType<typeof open>;

function put(runs: Runs, client: number, rows: readonly (readonly [at: number, code: number])[]): void {
  runs.begin(client);
  for (const [at, code] of rows) {
    const row = runs.add(client);
    runs.columns.at[row] = at;
    runs.columns.code[row] = code;
  }
}

function got(runs: Runs, client: number): number[][] {
  const first = runs.starts[client] as number;
  return Array.from({ length: runs.lengths[client] as number }, (_, n) => [
    runs.columns.at[first + n] as number,
    runs.columns.code[first + n] as number,
  ]);
}

test('the rows of a client stand together, in the order in which they were added', () => {
  const runs = open();
  put(runs, 1, [
    [1.5, 7],
    [2.5, 8],
  ]);
  put(runs, 0, [[9, 1]]);
  expect([got(runs, 0), got(runs, 1)]).toEqual([
    [[9, 1]],
    [
      [1.5, 7],
      [2.5, 8],
    ],
  ]);
});

test('a client has what it was given last, however often it is replaced and whenever room is given back', () => {
  const rows = fc.array(fc.tuple(fc.integer(), fc.integer({ min: -1_000, max: 1_000 })), { maxLength: 60 });
  const steps = fc.array(fc.record({ client: fc.nat(30), rows, tidy: fc.boolean() }), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (taken) => {
      const runs = open();
      const model = new Map<number, readonly (readonly [number, number])[]>();
      for (const { client, rows: given, tidy } of taken) {
        put(runs, client, given);
        model.set(client, given);
        if (tidy) runs.tidy();
      }
      for (const [client, given] of model) expect(got(runs, client)).toEqual(given);
    }),
  );
});

test('what replaced rows leave is given back when it is most of the room', () => {
  const runs = open();
  for (let time = 0; time < 100; time++)
    put(
      runs,
      0,
      Array.from({ length: 1_000 }, (_, n) => [n, time]),
    );
  const before = runs.columns.at.length;
  runs.tidy();
  expect(before).toBeGreaterThan(100_000);
  expect(runs.columns.at.length).toBeLessThan(3_000);
  expect(got(runs, 0)).toHaveLength(1_000);
});
