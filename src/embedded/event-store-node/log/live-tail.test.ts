import { LiveTail } from './live-tail.js';
import { LogRecord } from './record.js';
import { randomUuid } from './uuid.js';

const rules = { observe: () => undefined, clear: () => undefined } as never;
const record = (position: number, bytes = 10) =>
  LogRecord.of(
    { id: randomUuid(), type: 't', isJson: false, data: Buffer.alloc(bytes), metadata: Buffer.alloc(0) },
    { stream: 's', revision: position, position, created: new Date(0) },
  );
const positions = (records: LogRecord[] | undefined) => records?.map(({ position }) => position);

describe('the tail of the log in memory', () => {
  test('gives what was committed behind a position', () => {
    const tail = new LiveTail(rules);
    tail.reset(10);
    expect(tail.after(10)).toEqual([]);
    expect(tail.after(9)).toBeUndefined();
    tail.publish([record(11), record(12), record(13)]);
    expect(tail.head).toBe(13);
    expect(positions(tail.after(10))).toEqual([11, 12, 13]);
    expect(positions(tail.after(12))).toEqual([13]);
    expect(tail.after(13)).toEqual([]);
    expect(tail.after(9)).toBeUndefined();
  });

  test('lets go of what is too much, so that who is far behind must read the log', () => {
    const tail = new LiveTail(rules);
    tail.reset(0);
    for (let position = 1; position <= 40; position++) tail.publish([record(position, 1024 * 1024)]);
    expect(tail.after(0)).toBeUndefined();
    expect(positions(tail.after(38))).toEqual([39, 40]);
    let oldest = 39;
    while (tail.after(oldest - 1)) oldest--;
    expect(40 - oldest).toBeGreaterThan(10);
    expect(40 - oldest).toBeLessThan(20);
  });

  test('wakes its followers at each commit, until they stop following', () => {
    const tail = new LiveTail(rules);
    let woken = 0;
    const stop = tail.follow(() => woken++);
    tail.publish([record(1)]);
    tail.reset(5);
    stop();
    tail.publish([record(6)]);
    expect(woken).toBe(2);
  });
});
