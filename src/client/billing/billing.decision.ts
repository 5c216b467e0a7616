import { Rejection, type Decision } from '../../event-store/decider.js';
import type { Instant } from '../../schema/instant.js';
import type { ClientCommandOf } from '../client-command.js';
import type { ClientEvent } from '../client.events.js';
import { noItems, type Items } from '../items.js';
import { slice } from '../slice.js';
import type { Invoice, InvoiceOverdueNotice, PaymentDetails, RefundDetails } from './billing.events.js';

/** What became of an invoice. */
export interface InvoiceMark {
  readonly amountMinor: number;
  readonly currency: string;
  readonly dueOn?: string;
  readonly paidMinor: number;
  /** when payments were made */
  readonly paidAt: readonly Instant[];
  readonly refundedMinor: number;
  readonly overdue: boolean;
}
type Invoices = Items<InvoiceMark>;

export type IssueInvoice = ClientCommandOf<'IssueInvoice', Invoice>;
export type DeclareOverdue = ClientCommandOf<'DeclareOverdue', InvoiceOverdueNotice>;
export type PayInvoice = ClientCommandOf<'PayInvoice', PaymentDetails & { invoiceId: string }>;
export type RefundInvoice = ClientCommandOf<'RefundInvoice', RefundDetails & { invoiceId: string }>;

export const invoiceSlice = slice<IssueInvoice | DeclareOverdue | PayInvoice | RefundInvoice>()({
  initial: noItems<InvoiceMark>(),
  evolve: {
    InvoiceIssued: (invoices, { data: { invoiceId, amountMinor, currency, dueOn } }) => {
      const mark = { amountMinor, currency, paidMinor: 0, paidAt: [], refundedMinor: 0, overdue: false };
      return invoices.set(invoiceId, dueOn === undefined ? mark : { ...mark, dueOn });
    },
    InvoiceOverdue: (invoices, { data }) =>
      updated(invoices, data.invoiceId, (invoice) => ({ ...invoice, overdue: true })),
    InvoicePaid: (invoices, { data, occurredAt }) =>
      updated(invoices, data.invoiceId, (invoice) => {
        const paidMinor = invoice.paidMinor + data.amountMinor;
        const paidAt = [...invoice.paidAt, occurredAt];
        return { ...invoice, paidMinor, paidAt, overdue: invoice.overdue && paidMinor < invoice.amountMinor };
      }),
    InvoiceRefunded: (invoices, { data }) =>
      updated(invoices, data.invoiceId, (invoice) => ({
        ...invoice,
        refundedMinor: invoice.refundedMinor + data.amountMinor,
      })),
  },
  decide: { IssueInvoice: issue, DeclareOverdue: declareOverdue, PayInvoice: pay, RefundInvoice: refund },
});

const updated = (invoices: Invoices, id: string, change: (invoice: InvoiceMark) => InvoiceMark): Invoices => {
  const invoice = invoices.get(id);
  return invoice ? invoices.set(id, change(invoice)) : invoices;
};

const openOf = ({ amountMinor, paidMinor }: InvoiceMark): number => amountMinor - paidMinor;
const statusOf = (invoice: InvoiceMark): string =>
  openOf(invoice) === 0 ? 'paid' : invoice.overdue ? 'overdue' : 'open';

function issue(invoices: Invoices, { data, at }: IssueInvoice): Decision<ClientEvent> {
  const known = invoices.get(data.invoiceId);
  return known
    ? Rejection.illegal(statusOf(known), 'issue-once', `invoice ${data.invoiceId} is already recorded`)
    : [{ type: 'InvoiceIssued', data, occurredAt: at }];
}

/** An invoice that is overdue already stays so: no fact, and no fault. */
function declareOverdue(invoices: Invoices, { data, at }: DeclareOverdue): Decision<ClientEvent> {
  const invoice = invoices.get(data.invoiceId);
  if (!invoice) return unknown(data.invoiceId);
  if (openOf(invoice) === 0) {
    return Rejection.illegal('paid', 'overdue-while-open', `invoice ${data.invoiceId} is paid`);
  }
  if (invoice.dueOn !== undefined && at.slice(0, 10) <= invoice.dueOn) {
    return Rejection.invalid('occurredAt', `the invoice is not due before the end of ${invoice.dueOn}`);
  }
  return invoice.overdue ? [] : [{ type: 'InvoiceOverdue', data, occurredAt: at }];
}

function pay(invoices: Invoices, { data, at }: PayInvoice): Decision<ClientEvent> {
  const { invoiceId, method } = data;
  const invoice = invoices.get(invoiceId);
  if (!invoice) return unknown(invoiceId);
  const open = openOf(invoice);
  if (open === 0) return Rejection.illegal('paid', 'pay-what-is-open', `invoice ${invoiceId} is paid`);
  const { amountMinor = open, currency = invoice.currency } = data;
  const fault = amountFault({ amountMinor, currency }, open, invoice.currency, 'open');
  if (fault) return fault;
  const payment = { invoiceId, amountMinor, currency, ...(method === undefined ? {} : { method }) };
  return [{ type: 'InvoicePaid', data: payment, occurredAt: at }];
}

function refund(invoices: Invoices, { data, at }: RefundInvoice): Decision<ClientEvent> {
  const { invoiceId, reason } = data;
  const invoice = invoices.get(invoiceId);
  if (!invoice) return unknown(invoiceId);
  const left = invoice.paidMinor - invoice.refundedMinor;
  if (left === 0) {
    const detail = `nothing that was paid on invoice ${invoiceId} is left to give back`;
    return Rejection.illegal(statusOf(invoice), 'refund-what-was-paid', detail);
  }
  const { amountMinor = left, currency = invoice.currency } = data;
  const fault = amountFault({ amountMinor, currency }, left, invoice.currency, 'paid and not given back');
  if (fault) return fault;
  const given = { invoiceId, amountMinor, currency, ...(reason === undefined ? {} : { reason }) };
  return [{ type: 'InvoiceRefunded', data: given, occurredAt: at }];
}

function amountFault(
  money: { amountMinor: number; currency: string },
  most: number,
  currency: string,
  what: string,
): Rejection | null {
  if (money.currency !== currency)
    return Rejection.invalid('currency', `must be that of the invoice, ${currency}`);
  if (money.amountMinor >= 1 && money.amountMinor <= most) return null;
  return Rejection.invalid('amountMinor', `must be from 1 to ${most}, which is what is ${what}`);
}

const unknown = (invoiceId: string): Rejection => Rejection.unknown(`the client has no invoice ${invoiceId}`);
