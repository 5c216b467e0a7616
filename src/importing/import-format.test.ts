import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { factTypes } from './client-fact.js';
import { ImportIds } from './import-ids.js';
import { readImportLine, type ImportLine } from './import-line.js';
import { lineTypes } from './line-format.js';

const guide = readFileSync(new URL('../../docs/how-to/import-histories.md', import.meta.url), 'utf8');

describe('the guide to the import', () => {
  it('shows a line of each type, and each is good', () => {
    const [, example = ''] = /```json\n(.*?)```/s.exec(guide) ?? [];
    const ids = new ImportIds('crm');
    const read = example.trim().split('\n');
    const facts = read.map(
      (line) => readImportLine(JSON.parse(line), ids, '2026-11-22T12:00:00.000Z') as ImportLine,
    );
    expect(facts.map(({ fact }) => fact.type)).toEqual(factTypes);
  });

  it.each(Object.entries(lineTypes))(
    'names every field of %s, and none that it does not have',
    (type, { fields }) => {
      const chapter = (heading: string) => guide.split(`\n${heading}\n`)[1]?.split(/\n#/)[0] ?? '';
      const named = (text: string) => [...text.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
      const common = named(guide.split('Every line has')[1]?.split('\n#')[0] ?? '');
      expect([...common, ...named(chapter(`### ${type}`))].toSorted()).toEqual([...fields].toSorted());
    },
  );
});
