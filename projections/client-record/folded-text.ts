/** Letters that Unicode does not take apart into a base and a mark. */
const SPELLED: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'd', ł: 'l', þ: 'th', ı: 'i' },
};

/**
 * Text as people look for it: without accents, capitals and apostrophes, so that `O’Brien-Müller` and `obrien muller`
 * meet. What is stored and what is asked for go through it alike.
 */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/[\p{M}'’ʼ`´]/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłþı]/g, (letter) => SPELLED[letter] as string);
}
