import { describe, expect, it } from '@jest/globals';
import { folded } from './folded-text.js';
import { askedWords, searchWords } from './search-words.js';

const nobody = { name: null, email: null, phone: null, address: null, tags: [] };
const patterns = (search: string) => askedWords(search).map((asked) => asked.patterns);

describe('folded text', () => {
  it.each([
    ['Zoë Ångström', 'zoe angstrom'],
    ['O’Brien', 'obrien'],
    ['Straße', 'strasse'],
    ['Łódź', 'lodz'],
    ['Ærøskøbing', 'aeroskobing'],
    ['Ｆｕｌｌ', 'full'],
    ['Иван', 'иван'],
  ])('of %s is %s', (text, plain) => expect(folded(text)).toBe(plain));
});

describe('what a client can be found by', () => {
  it('is all of it as one text, each word after a space, and the digits of the telephone number', () => {
    const ada = { ...nobody, name: 'Ada  Lovelace', phone: '+44 (20) 7946-0958', tags: ['vip', 'garden'] };
    expect(searchWords(ada)).toBe(' ada lovelace 442079460958 vip garden');
  });

  it('is nothing where nothing is known', () => {
    expect(searchWords(nobody)).toBe('');
  });
});

describe('the words asked for', () => {
  it('match inside of words, short ones at their beginning', () => {
    expect(patterns('Love  LA')).toEqual([['%love%'], ['% la%']]);
  });

  it('are text, whatever they would mean in a pattern', () => {
    expect(patterns('100%_\\')).toEqual([['%100\\%\\_\\\\%']]);
  });

  it('match as numbers by their digits, which may stand in several words', () => {
    expect(patterns('020 7946-0958 ada')).toEqual([['%020 7946-0958%', '%2079460958%'], ['%ada%']]);
    expect(patterns('12 square')).toEqual([['% 12%'], ['%square%']]);
    expect(patterns('+44')).toEqual([['%+44%', '% 44%']]);
    expect(patterns('00')).toEqual([['% 00%', '% 0%']]);
  });

  it('are none where there is neither letter nor digit but marks that people leave out', () => {
    expect(askedWords(' ’ ')).toEqual([]);
  });
});
