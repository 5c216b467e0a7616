import { toCsv } from './csv.js';

describe('CSV', () => {
  it('names nested values with dots and puts lists into one cell', () => {
    const rows = [
      { name: 'Ann', address: { city: 'Bern', geo: { lat: 46.9 } }, tags: ['vip', 'late'] },
      { name: 'Bob, Jr.', address: { city: 'Say "Ur"' }, open: 2 },
    ];
    expect(toCsv(rows)).toBe(
      'name,address.city,address.geo.lat,tags,open\r\n' +
        'Ann,Bern,46.9,"[""vip"",""late""]",\r\n' +
        '"Bob, Jr.","Say ""Ur""",,,2\r\n',
    );
  });

  it('leads text that a spreadsheet would run as a formula with an apostrophe', () => {
    const texts = ['=1+1', '+41 31', '-2', '@SUM(A1)', '\tx', '\rx', 'a=b', "'x"];
    const cells = toCsv(
      texts.map((text) => ({ text })),
      ['text'],
    );
    expect(cells).toBe(`text\r\n'=1+1\r\n'+41 31\r\n'-2\r\n'@SUM(A1)\r\n'\tx\r\n"'\rx"\r\na=b\r\n'x\r\n`);
  });

  it('keeps text of several lines in one cell', () => {
    expect(toCsv([{ note: 'one\ntwo', by: 'a\rb' }])).toBe('note,by\r\n"one\ntwo","a\rb"\r\n');
  });

  it('leaves numbers alone, negative ones too', () => {
    expect(toCsv([{ a: -5, b: -7n, c: 0.25, d: true, e: false, f: null, g: new Date(0) }])).toBe(
      'a,b,c,d,e,f,g\r\n-5,-7,0.25,true,false,,1970-01-01T00:00:00.000Z\r\n',
    );
  });

  it('leads column names that come from data as well', () => {
    expect(toCsv([{ preferences: { '=x': 'y' } }, { '=z': 1 }])).toBe("preferences.=x,'=z\r\ny,\r\n,1\r\n");
  });

  it('keeps keys that mean something to objects', () => {
    const row = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": {"length": 1}}') as object;
    expect(toCsv([row])).toBe('__proto__,constructor,toString.length\r\na,b,1\r\n');
  });

  it('has the columns it is told, in that order, also without rows', () => {
    expect(toCsv([{ b: 1, a: 2, c: 3 }], ['a', 'b', 'missing'])).toBe('a,b,missing\r\n2,1,\r\n');
    expect(toCsv([], ['a', 'b'])).toBe('a,b\r\n');
    expect(toCsv([])).toBe('');
  });
});
