import fc from 'fast-check';
import { nextTarget } from './next-link.interceptor.js';
import { Keyset, PageQuery } from './paging.js';

const byName = new Keyset('clients.name', ['text', 'uuid']);
const ID = '5f0c7a52-6f0a-4b6e-9d0e-0a4b2a7b1c11';

const query = (cursor?: string, limit = 2) => Object.assign(new PageQuery(), { cursor, limit });
const naming = (path: string) =>
  expect.objectContaining({ status: 400, more: { errors: [expect.objectContaining({ path })] } });

describe('keyset paging', () => {
  it('begins at the start without a cursor', () => {
    expect(byName.after(query())).toBeNull();
  });

  it('gives a cursor only where more rows were found than fit', () => {
    const keyOf = (name: string): [string, string] => [name, ID];
    expect(byName.page(['a', 'b'], query(), keyOf)).toEqual({ items: ['a', 'b'] });
    expect(byName.page([], query(), keyOf)).toEqual({ items: [] });
    const page = byName.page(['a', 'b', 'c'], query(), keyOf);
    expect(page.items).toEqual(['a', 'b']);
    expect(byName.after(query(page.nextCursor))).toEqual(['b', ID]);
  });

  it('brings back any key', () => {
    const keys = new Keyset('any', ['text', 'instant', 'integer', 'bigint']);
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !one.includes('\0'));
    const instant = fc
      .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
      .map((d) => d.toISOString());
    fc.assert(
      fc.property(
        text,
        instant,
        fc.maxSafeInteger(),
        fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
        (a, b, c, d) => {
          const key: [string, string, number, string] = [a, b, c, String(d)];
          expect(keys.after(query(keys.encode(key)))).toEqual(key);
        },
      ),
    );
  });

  it('refuses a cursor with any character changed', () => {
    const cursor = byName.encode(['Ann Müller', ID]);
    for (let i = 0; i < cursor.length; i++) {
      const changed = cursor.slice(0, i) + (cursor[i] === 'A' ? 'B' : 'A') + cursor.slice(i + 1);
      expect(() => byName.after(query(changed))).toThrow(naming('cursor') as Error);
    }
  });

  it('refuses a cursor of another list, of another version, of another shape, or made up', () => {
    const made = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const others = [
      new Keyset('clients.age', ['text', 'uuid']).encode(['a', ID]),
      new Keyset('clients.name', ['text']).encode(['a']),
      new Keyset('clients.name', ['integer', 'uuid']).encode([1, ID]),
      made([2, 'clients.name', ['a', ID], 'AAAAAAAA']),
      ...[
        made({}),
        made(null),
        made([]),
        made([1, 2, 3]),
        'x',
        '____',
        made([1, 'clients.name', ['a\0', ID], 'x']),
      ],
    ];
    for (const cursor of others) {
      expect(() => byName.after(query(cursor))).toThrow(naming('cursor') as Error);
    }
  });
});

describe('the link to the next page', () => {
  it('keeps the other parameters and replaces the cursor', () => {
    expect(nextTarget('/api/v1/clients', 'c1')).toBe('/api/v1/clients?cursor=c1');
    expect(nextTarget('/api/v1/clients?limit=5&kind=a&kind=b&cursor=c0&search=J%C3%BCrg+%26', 'c1')).toBe(
      '/api/v1/clients?limit=5&kind=a&kind=b&cursor=c1&search=J%C3%BCrg+%26',
    );
  });
});
