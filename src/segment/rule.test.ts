import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import fc from 'fast-check';
import { readFile } from 'node:fs/promises';
import { ruleOf, rules } from '../../test/support/segment-rules.js';
import { MOST_CONDITIONS, MOST_LEVELS, readRule } from './rule.js';

const faultsOf = (value: unknown): string[] => {
  const read = readRule(value);
  return 'faults' in read ? read.faults.map(({ path, message }) => `${path} ${message}`) : [];
};

describe('a rule', () => {
  const bad: [unknown, ...RegExp[]][] = [
    [undefined, /^rule must be an object with `and` or `or`/],
    [null, /^rule must be an object/],
    [[], /^rule must be an object/],
    [{}, /^rule must be an object/],
    ['state = lapsed', /^rule must be an object/],
    [{ and: [] }, /^rule\.and must be a list of at least one rule/],
    [{ or: { fact: 'state' } }, /^rule\.or must be a list of at least one rule/],
    [{ not: [] }, /^rule\.not must be an object/],
    [{ and: [{ fact: 'onPlan', op: 'eq', value: true }], or: [] }, /^rule\.or has no place beside and$/],
    [
      {
        and: [
          { fact: 'state', op: 'eq', value: 'lapsed' },
          { fact: 'visits', op: 'gte', value: 'three' },
        ],
      },
      /^rule\.and\[1\]\.value must be a whole number from 0 to/,
    ],
    [{ fact: 'vists', op: 'gte', value: 3 }, /^rule\.fact must be one of state, .*; did you mean visits\?$/],
    [{ fact: 'constructor', op: 'eq', value: 3 }, /^rule\.fact must be one of/],
    [{ fact: 7, op: 'eq', value: 3 }, /^rule\.fact must be one of/],
    [{ fact: 'x'.repeat(100_000), op: 'eq', value: 3 }, /^rule\.fact must be one of [^;]*$/],
    [{ fact: 'visits', op: 'in', value: [3] }, /^rule\.op must be one of eq, ne, lt, .* for visits$/],
    [{ fact: 'tags', op: 'eq', value: 'vip' }, /^rule\.op must be one of in, exists for tags$/],
    [{ fact: 'visits', op: 'toString', value: 3 }, /^rule\.op must be/],
    [{ fact: 'visits', op: 'gte' }, /^rule\.value must be a whole number .* \(it is missing\)$/],
    [{ fact: 'visits', value: 3 }, /^rule\.op must be one of/],
    [{ fact: 'services', op: 'exists', value: true }, /^rule\.op must be one of/],
    [{ fact: 'state', op: 'eq', value: 'gone' }, /^rule\.value must be one of new, active, lapsed/],
    [{ fact: 'state', op: 'in', value: ['new', 'gone'] }, /^rule\.value\[1\] must be one of new/],
    [{ fact: 'state', op: 'in', value: ['new', 'new'] }, /^rule\.value must be a list of 1 to 100 different/],
    [{ fact: 'tags', op: 'in', value: ['VIP'] }, /^rule\.value\[0\] must be a tag/],
    [{ fact: 'source', op: 'eq', value: ' ' }, /^rule\.value must be text .* not blank$/],
    [{ fact: 'source', op: 'eq', value: 'a\0' }, /^rule\.value must be text/],
    [{ fact: 'convertedOn', op: 'lt', value: '2024-02-30' }, /^rule\.value must be a day such as/],
    [{ fact: 'visits', op: 'between', value: [3] }, /^rule\.value must be a list of the lower and the upper/],
    [{ fact: 'visits', op: 'between', value: [5, 3] }, /^rule\.value must have the lower end first$/],
    [{ fact: 'visits', op: 'between', value: [3, 5.5] }, /^rule\.value\[1\] must be a whole number/],
    [{ fact: 'lastNps', op: 'lt', value: 11 }, /^rule\.value must be a whole number from 0 to 10$/],
    [{ fact: 'lastStars', op: 'lt', value: 0 }, /^rule\.value must be a whole number from 1 to 5$/],
    [
      { fact: 'visits', op: 'gte', value: 3, withinDays: 0 },
      /^rule\.withinDays must be a whole number from 1/,
    ],
    [
      { fact: 'state', op: 'eq', value: 'lapsed', withinDays: 30 },
      /^rule\.withinDays has no place beside fact, only op, value have$/,
    ],
    [
      { fact: 'revenueMinor', op: 'gt', value: 0 },
      /^rule\.currency must be an ISO 4217 .* \(it is missing\)$/,
      /^rule\.withinDays must be .* \(it is missing\)$/,
    ],
    [
      { fact: 'lifetimeValueMinor', op: 'gt', value: 0, currency: 'XQZ' },
      /^rule\.currency must be an ISO 4217/,
    ],
    [
      { fact: 'consent', op: 'eq', value: 'granted', channel: 'pigeon', kind: 'reminder' },
      /^rule\.channel must be one of email/,
    ],
    [
      {
        or: [
          { fact: 'onPlan', op: 'eq', value: 'yes' },
          { not: { fact: 'trade', op: 'eq', value: 'it' } },
          7,
        ],
      },
      /^rule\.or\[0\]\.value must be true or false$/,
      /^rule\.or\[1\]\.not\.value must be one of cleaning/,
      /^rule\.or\[2\] must be an object/,
    ],
  ];
  it.each(bad)('%j is refused with the path to each fault, and what is allowed there', (value, ...faults) => {
    expect(faultsOf(value)).toEqual(faults.map((fault) => expect.stringMatching(fault) as unknown));
  });

  it('has a bound to its depth, its size, and what is said of its faults', () => {
    const one = { fact: 'onPlan', op: 'eq', value: true };
    const deep = (levels: number): object => (levels === 1 ? one : { not: deep(levels - 1) });
    expect(faultsOf(deep(MOST_LEVELS))).toEqual([]);
    expect(faultsOf(deep(MOST_LEVELS + 1))).toEqual([
      `rule${'.not'.repeat(MOST_LEVELS)} lies deeper than ${MOST_LEVELS} levels`,
    ]);
    const wide = (conditions: number) => ({ or: Array.from({ length: conditions }, () => one) });
    expect(faultsOf(wide(MOST_CONDITIONS))).toEqual([]);
    expect(faultsOf(wide(MOST_CONDITIONS + 50))).toEqual([
      `rule.or[${MOST_CONDITIONS}] is more than the ${MOST_CONDITIONS} conditions that a rule may have`,
    ]);
    expect(faultsOf({ or: Array.from({ length: 1_000 }, () => 7) })).toHaveLength(20);
  });

  it('is the same when it is read back from JSON, whatever the order of its members', () => {
    const turned = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(turned);
      if (typeof value !== 'object' || value === null) return value;
      const members = Object.entries(value).reverse();
      return Object.fromEntries(members.map(([key, member]) => [key, turned(member)]));
    };
    fc.assert(
      fc.property(rules, (rule) => {
        const read = ruleOf(rule);
        expect(read).toEqual(rule);
        const again = ruleOf(turned(JSON.parse(JSON.stringify(read))));
        expect(JSON.stringify(again)).toBe(JSON.stringify(read));
      }),
    );
  });

  it('can be no JSON at all without anything being thrown', () => {
    const key = fc.constantFrom(
      'and',
      'or',
      'not',
      'fact',
      'op',
      'value',
      'withinDays',
      'state',
      '__proto__',
    );
    const leaf = fc.oneof(fc.constantFrom('state', 'visits', 'eq', 'in', 'between'), fc.jsonValue());
    const { junk } = fc.letrec((tie) => ({
      junk: fc.oneof(
        { maxDepth: 6 },
        leaf,
        fc.array(tie('junk'), { maxLength: 4 }),
        fc.dictionary(key, tie('junk'), { maxKeys: 5 }),
      ),
    }));
    fc.assert(
      fc.property(junk, (value) => {
        const faults = faultsOf(value);
        expect(faults.every((fault) => fault.startsWith('rule'))).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('the published schema of rules', () => {
  // Fastify brings a validator of JSON schemas; ours must not need one.
  const fastify = new FastifyAdapter({
    ajv: { customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false } },
  }).getInstance();
  beforeAll(async () => {
    const schema = JSON.parse(await readFile('docs/reference/segment-rule.schema.json', 'utf8')) as object;
    fastify.post('/', { schema: { body: schema } }, () => 'a rule');
  });
  afterAll(() => fastify.close());

  const allows = async (value: unknown): Promise<boolean> => {
    const headers = { 'content-type': 'application/json' };
    const { statusCode } = await fastify.inject({
      method: 'POST',
      url: '/',
      headers,
      payload: JSON.stringify(value),
    });
    return statusCode === 200;
  };

  it('allows every rule', async () => {
    await fc.assert(
      fc.asyncProperty(rules, async (rule) => {
        expect(await allows(rule)).toBe(true);
      }),
    );
  });

  it('forbids what is forbidden, but for what a schema cannot say', async () => {
    const member = fc.constantFrom(
      'fact',
      'op',
      'value',
      'withinDays',
      'currency',
      'channel',
      'kind',
      'and',
      'x',
    );
    const junk = fc.constantFrom<unknown>(
      undefined,
      null,
      0,
      -1,
      2.5,
      'eq',
      'visits',
      'lapsed',
      true,
      [],
      [1, 2],
      {},
    );
    const unsaid = /lower end first|ISO 4217|day such as/;
    let forbidden = 0;
    await fc.assert(
      fc.asyncProperty(rules, member, junk, async (rule, name, value) => {
        const changed = { ...rule, [name]: value };
        const faults = faultsOf(JSON.parse(JSON.stringify(changed)));
        if (faults.some((fault) => unsaid.test(fault))) return;
        if (faults.length > 0) forbidden++;
        expect(await allows(changed)).toBe(faults.length === 0);
      }),
      { numRuns: 500 },
    );
    expect(forbidden).toBeGreaterThan(100);
  });
});
