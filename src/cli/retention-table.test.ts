import { describe, expect, it } from '@jest/globals';
import { retentionTable, showsColours, type RetentionAnswer } from './retention-table.js';

const cell = (k: number, rate: number | null, more: { complete?: boolean; censored?: boolean } = {}) => ({
  k,
  rate,
  complete: true,
  ...more,
});
const answer: RetentionAnswer = {
  cohorts: [
    { cohort: '2026-09', size: 120, cells: [cell(0, 1), cell(1, 0.456), cell(2, 0.25, { complete: false })] },
    { cohort: '2026-10', size: 80, cells: [cell(0, 0.9), cell(1, 0.3, { censored: true })] },
    { cohort: '2026-11', size: 7, cells: [cell(0, null, { complete: false })] },
  ],
  mean: [
    { k: 0, rate: 0.96 },
    { k: 1, rate: 0.394 },
  ],
};

describe('the retention table', () => {
  it('is plain text where there are no colours', () => {
    expect(retentionTable(answer, { colour: false })).toBe(
      [
        'cohort   clients    0     1     2',
        '2026-09      120 100%   46%   25%~',
        '2026-10       80  90%   30%+',
        '2026-11        7    –',
        'average           96%   39%',
        '',
        '~ the period is not over, + can only rise',
      ].join('\n'),
    );
  });

  it('is shaded where there are, the darker the more came back, and says the same', () => {
    const shaded = retentionTable(answer, { colour: true });
    const escapes = new RegExp(String.raw`\u001b\[[\d;]*m`, 'g');
    const plain = (text: string) => text.split('\n').map((line) => line.trimEnd());
    expect(plain(shaded.replaceAll(escapes, ''))).toEqual(plain(retentionTable(answer, { colour: false })));
    expect(shaded).toContain('\u001b[48;5;23m\u001b[38;5;231m 100% \u001b[0m');
    expect(shaded).toContain('\u001b[48;5;159m\u001b[38;5;16m  25%~\u001b[0m');
  });

  it('leaves out the periods that do not fit, and says how many', () => {
    const narrow = retentionTable(answer, { colour: false, columns: 30 });
    expect(narrow).toContain('periods for which there is no room: 1');
    expect(
      Math.max(
        ...narrow
          .split('\n')
          .slice(0, 5)
          .map(({ length }) => length),
      ),
    ).toBeLessThanOrEqual(30);
  });

  it('says so when there is no cohort', () => {
    expect(retentionTable({ cohorts: [], mean: [] }, { colour: false })).toMatch(/No cohort yet/);
  });
});

describe('colours', () => {
  it('are shown on a terminal that has 256 of them', () => {
    expect(showsColours({ isTTY: true, getColorDepth: () => 8 })).toBe(!process.env.NO_COLOR);
    expect(showsColours({ isTTY: true, getColorDepth: () => 4 })).toBe(false);
    expect(showsColours({ isTTY: false, getColorDepth: () => 24 })).toBe(false);
  });
});
