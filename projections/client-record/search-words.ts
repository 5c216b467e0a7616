import { folded } from './folded-text.js';

/** What a client can be found by. */
export interface Findable {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly address: string | null;
  readonly tags: readonly string[];
}

/**
 * @returns everything that a client can be found by as one text, folded, each word after a space; of the telephone number
 *   the digits only. Empty where there is nothing.
 */
export function searchWords({ name, email, phone, address, tags }: Findable): string {
  const words = [name, phone?.replace(/\D/g, ''), email, address, ...tags].filter(Boolean).join(' ');
  return words && ` ${folded(words).replace(/\s+/g, ' ')}`;
}

/** A word that somebody looks for: folded, and the patterns (LIKE) of which the words of a client have to match one. */
export interface AskedWord {
  readonly word: string;
  readonly patterns: readonly string[];
}

/** Shorter ones would be found in the middle of nearly everything, and by no index. */
const FOUND_INSIDE = 3;
/** Digits with what people put between them; several words of them that stand together are one number. */
const NUMBER = /^[\d+()./-]*\d[\d+()./-]*$/;

/**
 * @param search as somebody typed it
 * @returns the words of it, all of which have to be there: inside of a word, short ones at the beginning of one. A number is
 *   looked for as it was written, as in an address, and by its digits, as in a telephone number, where zeros that stand
 *   before it are left out: they are dialled inside a country only.
 */
export function askedWords(search: string): AskedWord[] {
  const words = folded(search).split(/\s+/).filter(Boolean);
  const together = words.reduce<string[]>((all, word) => {
    const number = NUMBER.test(word) && NUMBER.test(all.at(-1)?.replaceAll(' ', '') ?? '');
    return number ? [...all.slice(0, -1), `${all.at(-1)} ${word}`] : [...all, word];
  }, []);
  return together.map((word) => {
    const number = NUMBER.test(word.replaceAll(' ', ''));
    const digits = number ? word.replace(/\D/g, '').replace(/^0+(?=\d)/, '') : word;
    return { word, patterns: [...new Set([word, digits])].map(patternOf) };
  });
}

function patternOf(word: string): string {
  const literal = word.replace(/[\\%_]/g, (sign) => `\\${sign}`);
  return word.length < FOUND_INSIDE ? `% ${literal}%` : `%${literal}%`;
}
