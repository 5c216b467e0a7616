import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { v4 as uuidv4 } from 'uuid';
import { Roles } from '../../access/roles.js';
import { UuidParam } from '../../http/validation.js';
import { Uuid } from '../../schema/fields.js';
import { ToClient, type AddressedClient } from '../addressed-client.js';
import type { CommandAnswer } from '../answer.js';
import { ClientCommands } from '../client-commands.js';
import { Changes, Creates } from '../command-route.js';
import { dated, Dated } from '../occurrence.js';
import { InvoiceDetails, PaymentDetails, RefundDetails } from './billing.events.js';

class IssueInvoiceBody extends dated(InvoiceDetails) {
  @Uuid({ about: 'id of the invoice; made by us if left out', optional: true })
  invoiceId?: string;
}

class PayInvoiceBody extends dated(PaymentDetails) {}
class RefundInvoiceBody extends dated(RefundDetails) {}

@ApiTags('billing')
@Roles('staff')
@Controller('clients/:clientId/invoices')
export class BillingController {
  constructor(private readonly commands: ClientCommands) {}

  @Creates('Record an invoice')
  @Post()
  issue(@ToClient() client: AddressedClient, @Body() body: IssueInvoiceBody): Promise<CommandAnswer> {
    const { invoiceId = uuidv4(), occurredAt: _at, ...details } = body;
    const data = { invoiceId, ...details };
    return this.commands.send({ kind: 'IssueInvoice', data }, { ...client, request: body, created: 201 });
  }

  @Changes('Record a payment, of all that is open or of a part')
  @Post(':invoiceId/payment')
  pay(
    @ToClient() client: AddressedClient,
    @UuidParam('invoiceId') invoiceId: string,
    @Body() body: PayInvoiceBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { invoiceId, ...details };
    return this.commands.send({ kind: 'PayInvoice', data }, { ...client, request: { invoiceId, ...body } });
  }

  @Changes('Record that money was given back; the visit stays')
  @Post(':invoiceId/refund')
  refund(
    @ToClient() client: AddressedClient,
    @UuidParam('invoiceId') invoiceId: string,
    @Body() body: RefundInvoiceBody,
  ): Promise<CommandAnswer> {
    const { occurredAt: _at, ...details } = body;
    const data = { invoiceId, ...details };
    return this.commands.send(
      { kind: 'RefundInvoice', data },
      { ...client, request: { invoiceId, ...body } },
    );
  }

  @Changes('Record that it was not paid in time')
  @Post(':invoiceId/overdue')
  overdue(
    @ToClient() client: AddressedClient,
    @UuidParam('invoiceId') invoiceId: string,
    @Body() body: Dated,
  ): Promise<CommandAnswer> {
    const request = { invoiceId, ...body };
    return this.commands.send({ kind: 'DeclareOverdue', data: { invoiceId } }, { ...client, request });
  }
}
