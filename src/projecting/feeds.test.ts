import { nearGroups } from './feeds.js';

const at = (position: bigint | null, recordedAt: string | null) => ({ reached: { position, recordedAt } });
const NOON = '2024-01-01T12:00:00.000Z';
const AFTER = '2024-01-01T12:00:59.000Z';
const LATER = '2024-01-01T13:00:00.000Z';

describe('projections that start together', () => {
  it('share a feed, the hindmost first, when their checkpoints lie close', () => {
    expect(nearGroups([at(9n, AFTER), at(5n, NOON)])).toEqual([[at(5n, NOON), at(9n, AFTER)]]);
  });

  it('do not hold up each other when they lie far apart', () => {
    const [ahead, behind, fresh] = [at(90n, LATER), at(5n, NOON), at(null, null)];
    expect(nearGroups([ahead, fresh, behind])).toEqual([[fresh], [behind], [ahead]]);
  });

  it('share a feed when none has seen anything', () => {
    expect(nearGroups([at(null, null), at(null, null)])).toHaveLength(1);
  });
});
