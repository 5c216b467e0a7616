/**
 * How many decimals a currency has by ISO 4217, where it is not two. Intl is of no use here: it follows custom, not the
 * standard, and gives none for the forint or the rupiah, whose minor units would then read a hundredfold.
 */
const EXPONENTS: ReadonlyMap<string, number> = new Map([
  ...exponent(0, 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'),
  ...exponent(3, 'BHD IQD JOD KWD LYD OMR TND'),
  ...exponent(4, 'CLF UYW'),
]);

function exponent(digits: number, currencies: string): [string, number][] {
  return currencies.split(' ').map((currency) => [currency, digits]);
}

/** @returns an amount of minor units as people write it: 8200 CAD is `82.00 CAD`, 8200 JPY is `8200 JPY` */
export function money(amountMinor: number, currency: string): string {
  const digits = EXPONENTS.get(currency) ?? 2;
  return `${(amountMinor / 10 ** digits).toFixed(digits)} ${currency}`;
}
