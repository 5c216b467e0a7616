import type { Table } from '../../../src/projecting/projection.js';
import { FACT_COLUMNS, factOf, facts, type FactColumns } from './fact-events.js';

/** Money given back: a fact of its own on its own date, negative. It takes back no visit. */
export type RefundFact = FactColumns & { invoice_id: string; amount_minor: bigint; currency: string };

export const factRefund: Table<RefundFact> = {
  name: 'fact_refund',
  columns: { ...FACT_COLUMNS, invoice_id: 'uuid', amount_minor: 'bigint', currency: 'text' },
  key: ['client_id', 'position'],
};

export const refundFacts = facts(factRefund, {
  InvoiceRefunded: (fact) => {
    const { invoiceId, amountMinor, currency } = fact.event.data;
    return [{ ...factOf(fact), invoice_id: invoiceId, amount_minor: -BigInt(amountMinor), currency }];
  },
});
