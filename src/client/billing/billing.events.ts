import { defineEvent } from '../../event-store/event-definition.js';
import { Currency, MinorUnits, OneOf, Text, Uuid } from '../../schema/fields.js';
import { Day, Uuids } from '../../schema/value-fields.js';

export class InvoiceDetails {
  @Text({ about: 'the business’s own number of the invoice', optional: true, max: 80, example: '2026-0815' })
  number?: string;

  @MinorUnits({ about: 'amount due in minor units' })
  amountMinor!: number;

  @Currency({ about: 'ISO 4217 code of the amount' })
  currency!: string;

  @Day({ about: 'the day by which it is to be paid', optional: true })
  dueOn?: string;

  @Uuids({ about: 'the services it is for', optional: true })
  serviceIds?: string[];
}

export class Invoice extends InvoiceDetails {
  @Uuid({ about: 'id of the invoice' })
  invoiceId!: string;
}

export class InvoiceOverdueNotice {
  @Uuid({ about: 'the invoice that is overdue' })
  invoiceId!: string;
}

/** Money that changed hands over an invoice. */
export class PaymentDetails {
  @MinorUnits({ about: 'amount in minor units; all that is open if left out', optional: true })
  amountMinor?: number;

  @Currency({ about: 'ISO 4217 code of the amount; that of the invoice if left out', optional: true })
  currency?: string;

  @OneOf(['cash', 'card', 'transfer', 'cheque', 'direct_debit', 'other'], { about: 'how', optional: true })
  method?: string;
}

export class Payment {
  @Uuid({ about: 'the invoice paid' })
  invoiceId!: string;

  @MinorUnits({ about: 'amount in minor units' })
  amountMinor!: number;

  @Currency({ about: 'ISO 4217 code of the amount' })
  currency!: string;

  @OneOf(['cash', 'card', 'transfer', 'cheque', 'direct_debit', 'other'], { about: 'how', optional: true })
  method?: string;
}

export class RefundDetails {
  @MinorUnits({ about: 'amount in minor units; all that was paid if left out', optional: true })
  amountMinor?: number;

  @Currency({ about: 'ISO 4217 code of the amount; that of the invoice if left out', optional: true })
  currency?: string;

  @Text({ about: 'why', optional: true, max: 500 })
  reason?: string;
}

export class Refund {
  @Uuid({ about: 'the invoice of which something is given back' })
  invoiceId!: string;

  @MinorUnits({ about: 'amount in minor units' })
  amountMinor!: number;

  @Currency({ about: 'ISO 4217 code of the amount' })
  currency!: string;

  @Text({ about: 'why', optional: true, max: 500 })
  reason?: string;
}

export const InvoiceIssued = defineEvent({
  type: 'InvoiceIssued',
  version: 1,
  meaning: 'The client was sent an invoice.',
  data: Invoice,
});
export const InvoiceOverdue = defineEvent({
  type: 'InvoiceOverdue',
  version: 1,
  meaning: 'An invoice was not paid in time.',
  data: InvoiceOverdueNotice,
});
export const InvoicePaid = defineEvent({
  type: 'InvoicePaid',
  version: 1,
  meaning: 'An invoice was paid, wholly or in part.',
  data: Payment,
});
export const InvoiceRefunded = defineEvent({
  type: 'InvoiceRefunded',
  version: 1,
  meaning: 'Money paid was given back; the visit stays.',
  data: Refund,
});

export const billingEvents = { InvoiceIssued, InvoiceOverdue, InvoicePaid, InvoiceRefunded } as const;
