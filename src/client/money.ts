import { Rejection } from '../event-store/decider.js';

/** @returns why an amount and its currency do not go together; null where both are there, or neither */
export function unpaired(money: { amountMinor?: number; currency?: string }): Rejection | null {
  const { amountMinor, currency } = money;
  if ((amountMinor === undefined) === (currency === undefined)) return null;
  const path = currency === undefined ? 'currency' : 'amountMinor';
  return Rejection.invalid(path, 'an amount needs a currency, and a currency an amount');
}
