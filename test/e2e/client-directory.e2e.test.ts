import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Tenure } from '../support/tenure.js';

const uuid = (n: number) => `d1000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const [ADA, BEN, CAT, DAN, EVE] = [uuid(1), uuid(2), uuid(3), uuid(4), uuid(5)];
const names = new Map([
  [ADA, 'ADA'],
  [BEN, 'BEN'],
  [CAT, 'CAT'],
  [DAN, 'DAN'],
  [EVE, 'EVE'],
]);

let tenure: Tenure;

beforeAll(async () => {
  tenure = await Tenure.start();
  const convert = (body: object) => tenure.record('post', '/clients', body);
  await convert({
    ...{ clientId: ADA, name: 'Ada Lovelace', email: 'ada@analytical.example', phone: '+44 (20) 7946-0958' },
    ...{ address: '12 St James’s Square', clientType: 'residential', trade: 'cleaning', tags: ['vip'] },
    occurredAt: '2024-01-01T09:00:00Z',
  });
  await convert({
    ...{ clientId: BEN, name: 'Benoît Müller', clientType: 'commercial', trade: 'plumbing', owner: 'Sam' },
    ...{ address: 'Smith Street 3', tags: ['vip', 'garden'], occurredAt: '2024-02-01T09:00:00Z' },
  });
  await convert({ clientId: CAT, name: 'Catherine O’Brien', occurredAt: '2024-03-01T09:00:00Z' });
  await convert({ clientId: DAN, name: 'Dan Smith', phone: '020 1234', occurredAt: '2024-03-01T09:00:00Z' });
  await convert({ clientId: EVE, occurredAt: '2024-04-01T09:00:00Z' });
  const serve = (clientId: string, at: string, amountMinor: number, currency: string) =>
    tenure.record('post', `/clients/${clientId}/services`, { occurredAt: at, amountMinor, currency });
  await serve(ADA, '2024-01-02T09:00:00Z', 8200, 'CAD');
  await serve(BEN, '2024-02-02T09:00:00Z', 20_000, 'CAD');
  await serve(CAT, '2024-03-02T09:00:00Z', 9_000, 'EUR');
});
afterAll(() => tenure.close());

const list = (query: string) => tenure.ask(`/clients${query}`);
async function found(query: string): Promise<(string | undefined)[]> {
  const { body } = await list(query).expect(200);
  return (body.items as { clientId: string }[]).map(({ clientId }) => names.get(clientId));
}
const search = (words: string) => found(`?search=${encodeURIComponent(words)}`);

describe('searching the directory', () => {
  it('finds a client by name, e-mail, address or tag, and by parts of them', async () => {
    expect(await search('lovelace')).toEqual(['ADA']);
    expect(await search('LOVE')).toEqual(['ADA']);
    expect(await search('analytical.example')).toEqual(['ADA']);
    expect(await search('james')).toEqual(['ADA']);
    expect(await search('garden')).toEqual(['BEN']);
  });

  it('finds a telephone number however it is written', async () => {
    for (const number of ['+44 20 7946 0958', '020 79460958', '(020) 7946-0958', '0958'])
      expect({ number, found: await search(number) }).toEqual({ number, found: ['ADA'] });
  });

  it('minds neither accents nor apostrophes nor capitals', async () => {
    expect(await search('benoit muller')).toEqual(['BEN']);
    expect(await search('BENOÎT')).toEqual(['BEN']);
    expect(await search('obrien')).toEqual(['CAT']);
    expect(await search("O'Brien")).toEqual(['CAT']);
  });

  it('demands all words', async () => {
    expect(await search('ada square')).toEqual(['ADA']);
    expect(await search('ada garden')).toEqual([]);
  });

  it('finds short words where words begin', async () => {
    expect(await search('12')).toEqual(['ADA']);
    expect(await search('da')).toEqual(['DAN']);
  });

  it('finds what is spelled alike where nothing matches', async () => {
    expect(await search('lovelase')).toEqual(['ADA']);
    expect(await search('Katherine')).toEqual(['CAT']);
    expect(await search('smiht')).toEqual(['DAN', 'BEN']);
    expect(await search('zzyzx')).toEqual([]);
  });

  it('names the best match first: whose name it is before who lives in the street', async () => {
    expect(await search('smith')).toEqual(['DAN', 'BEN']);
  });

  it('pages what it found, and takes what people type as text, not as a pattern', async () => {
    const first = await list('?search=smith&limit=1').expect(200);
    const second = await list(`?search=smith&limit=1&cursor=${first.body.nextCursor}`).expect(200);
    expect(second.body.items).toMatchObject([{ clientId: BEN }]);
    expect(second.body.nextCursor).toBeUndefined();
    expect(await search('100%')).toEqual([]);
    expect(await search('___')).toEqual([]);
  });

  it('refuses a search that says nothing, or too much', async () => {
    const { body } = await list(`?search=${encodeURIComponent('’')}`).expect(400);
    expect(body.errors).toEqual([{ path: 'search', message: 'must hold a letter or a digit' }]);
    await list(`?search=${'a+'.repeat(11)}`).expect(400);
  });
});

describe('the directory', () => {
  it('lists clients by what is known of them, the latest conversion first', async () => {
    expect(await found('')).toEqual(['EVE', 'DAN', 'CAT', 'BEN', 'ADA']);
    expect(await found('?tag=vip')).toEqual(['BEN', 'ADA']);
    expect(await found('?type=commercial')).toEqual(['BEN']);
    expect(await found('?trade=cleaning')).toEqual(['ADA']);
    expect(await found('?owner=Sam')).toEqual(['BEN']);
    expect(await found('?state=new&search=smith')).toEqual(['DAN']);
    expect(await found('?tag=nobody-has-it')).toEqual([]);
  });

  it('lists the members of a segment', async () => {
    expect(await found('?segment=state:new')).toEqual(['EVE', 'DAN']);
    expect(await found('?segment=tag:vip&trade=plumbing')).toEqual(['BEN']);
  });

  it.each([
    ['name', ['EVE', 'ADA', 'BEN', 'CAT', 'DAN']],
    ['-name', ['DAN', 'CAT', 'BEN', 'ADA', 'EVE']],
    ['converted', ['ADA', 'BEN', 'CAT', 'DAN', 'EVE']],
    ['lastService', ['DAN', 'EVE', 'ADA', 'BEN', 'CAT']],
    ['-lastService', ['CAT', 'BEN', 'ADA', 'EVE', 'DAN']],
    ['-lifetimeValue&currency=CAD', ['BEN', 'ADA']],
    ['lifetimeValue&currency=CAD', ['ADA', 'BEN']],
  ])('is sorted by %s, page by page', async (sort, expected) => {
    const seen: (string | undefined)[] = [];
    let cursor = '';
    for (;;) {
      const { body } = await list(`?sort=${sort}&limit=2${cursor}`).expect(200);
      seen.push(...(body.items as { clientId: string }[]).map(({ clientId }) => names.get(clientId)));
      if (!body.nextCursor) break;
      cursor = `&cursor=${body.nextCursor}`;
    }
    expect(seen).toEqual(expected);
  });

  it('shows of each client what a list needs', async () => {
    const { body } = await list('?search=lovelace').expect(200);
    expect(body).toEqual({
      items: [
        {
          clientId: ADA,
          ...{ name: 'Ada Lovelace', email: 'ada@analytical.example', phone: '+44 (20) 7946-0958' },
          ...{ address: '12 St James’s Square', clientType: 'residential', trade: 'cleaning', tags: ['vip'] },
          // The window of a cleaner's client has long run out.
          state: 'lapsed',
          stateSince: '2024-03-02T09:00:00.000Z',
          lapsedSince: '2024-03-02T09:00:00.000Z',
          convertedAt: '2024-01-01T09:00:00.000Z',
          firstServicedAt: '2024-01-02T09:00:00.000Z',
          lastServicedAt: '2024-01-02T09:00:00.000Z',
          services: 1,
          lifetime: [{ currency: 'CAD', amountMinor: 8200 }],
          erased: false,
        },
      ],
    });
    const { text } = await list('?search=lovelace').set('Accept', 'text/csv').expect(200);
    expect(text.split('\r\n')[0]).toMatch(/^clientId,name,email,phone/);
  });

  it('refuses what it cannot answer by naming the parameter', async () => {
    const refused = async (query: string) => (await list(query).expect(400)).body.errors[0].path as string;
    expect(await refused('?state=gone')).toBe('state');
    expect(await refused('?sort=age')).toBe('sort');
    expect(await refused('?sort=lifetimeValue')).toBe('currency');
    expect(await refused('?limit=201')).toBe('limit');
    const { body } = await list('?sort=name&limit=1').expect(200);
    expect(await refused(`?sort=-name&limit=1&cursor=${body.nextCursor}`)).toBe('cursor');
  });

  it('is for staff, admins and auditors, who see whom it is about; not for analysts', async () => {
    for (const role of ['staff', 'admin', 'auditor'] as const) await tenure.ask('/clients', role).expect(200);
    await tenure.ask('/clients', 'analyst').expect(403);
  });

  it('finds nothing of somebody who was forgotten, and a merged client as the one it lives on as', async () => {
    const convert = (body: object) => tenure.record('post', '/clients', body);
    await convert({ clientId: uuid(6), name: 'Zoe Quill', phone: '555 1111' });
    await convert({ clientId: uuid(7), name: 'Zoe Quill-Feather' });
    expect((await list('?search=quill').expect(200)).body.items).toHaveLength(2);
    await tenure.record('post', `/clients/${uuid(6)}/merge`, { survivorId: uuid(7) });
    const { body } = await list('?search=quill').expect(200);
    expect(body.items).toMatchObject([{ clientId: uuid(7) }]);

    const erasure = await tenure
      .call('post', `/clients/${uuid(7)}/erasure`)
      .send({})
      .expect(200);
    const after = await tenure
      .call('get', '/clients?search=quill', 'staff')
      .set('X-Await-Position', erasure.body.position as string)
      .expect(200);
    expect(after.body.items).toEqual([]);
    const all = await tenure.call('get', '/clients?limit=1', 'staff').expect(200);
    expect(all.body.items).toMatchObject([{ clientId: uuid(7), erased: true }]);
    expect(all.body.items[0]).not.toHaveProperty('name');
  });
});
