import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { ruleOf } from '../../test/support/segment-rules.js';
import { ruleReference, ruleSchemaDocument } from './rule-reference.js';

describe('the reference of rules', () => {
  it('says what the catalogue says', async () => {
    expect(await readFile('docs/reference/segment-rules.md', 'utf8')).toBe(ruleReference());
  });

  it('has the schema beside it', async () => {
    expect(await readFile('docs/reference/segment-rule.schema.json', 'utf8')).toBe(ruleSchemaDocument());
  });

  it('gives an example that is a rule', () => {
    const [, example = ''] = /```json\n([^]*?)```/.exec(ruleReference()) ?? [];
    const rule: unknown = JSON.parse(example);
    expect(ruleOf(rule)).toEqual(rule);
  });
});
