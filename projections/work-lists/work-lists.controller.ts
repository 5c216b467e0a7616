import { applyDecorators, Controller, Get, Query, Res, type Type } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Roles } from '../../src/access/roles.js';
import { Clock } from '../../src/clock.js';
import { AwaitPosition, type Await } from '../../src/http/await-position.js';
import type { FastifyReply } from '../../src/http/fastify-types.js';
import { ApiPage } from '../../src/http/page-schema.js';
import type { Page } from '../../src/http/paging.js';
import { Rows } from '../../src/http/representation.js';
import { answered } from '../read-models.js';
import {
  ListedBooking,
  ListedComplaint,
  ListedExpiration,
  ListedFollowUp,
  ListedInvoice,
  type WorkOfClient,
} from './work-lists.answers.js';
import {
  BookingsQuery,
  ComplaintsQuery,
  ExpirationsQuery,
  FollowUpsQuery,
  InvoicesQuery,
  type WorkQuery,
} from './work-lists.parameters.js';
import type { WorkListing } from './work-lists-sql.js';
import { ListWork, type ListedWork } from './work-lists.queries.js';

const CLIENT_COLUMNS = ['clientId', 'name', 'phone', 'clientState', 'owner', 'overdue'];

const WorkList = (path: string, item: Type, columns: readonly string[], summary: string) =>
  applyDecorators(
    Get(path),
    ApiOperation({ summary, description: 'What is overdue is told as of now.' }),
    ApiPage(item),
    Rows(undefined, { columns: [...columns, ...CLIENT_COLUMNS] }),
  );

/** What there is to see to, of all clients. */
@ApiTags('work lists')
@Roles('staff', 'auditor')
@Controller()
export class WorkListsController {
  constructor(
    private readonly queries: QueryBus,
    private readonly clock: Clock,
  ) {}

  @WorkList(
    'complaints',
    ListedComplaint,
    ['complaintId', 'state', 'severity', 'category', 'since', 'slaDueAt', 'resolvedAt', 'description'],
    'Complaints that are open, those to be resolved first coming first; or that were resolved',
  )
  complaints(
    @Query() query: ComplaintsQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ListedComplaint>> {
    const { state, severity, category, repeated } = query;
    const asked = { kinds: ['complaint'], state, equal: { severity, category }, repeated } as const;
    return this.list(asked, query, wait, reply, ({ itemId, complaintsEver, item }) => {
      const {
        open: _open,
        at: since,
        ...complaint
      } = item as unknown as ListedComplaint & { open: boolean; at: string };
      return { ...complaint, complaintId: itemId, state, since, complaintsEver };
    });
  }

  @WorkList(
    'bookings',
    ListedBooking,
    ['bookingId', 'scheduledFor', 'durationMinutes', 'serviceType', 'technicians', 'propertyId', 'planId'],
    'Visits that are booked and were neither made nor called off; overdue, those whose time has come',
  )
  bookings(
    @Query() query: BookingsQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ListedBooking>> {
    const { technician: technicians, serviceType } = query;
    const asked = {
      kinds: ['booking'],
      state: 'open',
      equal: { serviceType },
      among: { technicians },
    } as const;
    return this.list(asked, query, wait, reply, ({ itemId: bookingId, item }) => {
      const { at: _at, ...booking } = item;
      return { ...booking, bookingId };
    });
  }

  @WorkList(
    'invoices',
    ListedInvoice,
    ['invoiceId', 'number', 'amountMinor', 'openMinor', 'currency', 'dueOn', 'issuedAt'],
    'Invoices that are not paid in full',
  )
  invoices(
    @Query() query: InvoicesQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ListedInvoice>> {
    const { currency } = query;
    const asked = { kinds: ['invoice'], state: 'open', equal: { currency } } as const;
    return this.list(asked, query, wait, reply, ({ itemId: invoiceId, item }) => {
      const { at: issuedAt, paidMinor, overdue: _declared, ...invoice } = item;
      const openMinor = Number(invoice.amountMinor) - Number(paidMinor);
      return { ...invoice, invoiceId, issuedAt, openMinor };
    });
  }

  @WorkList(
    'follow-ups',
    ListedFollowUp,
    ['followUpId', 'dueAt', 'topic', 'task', 'assignee', 'serviceId'],
    'What is to be done for clients later',
  )
  followUps(
    @Query() query: FollowUpsQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ListedFollowUp>> {
    const { assignee, topic } = query;
    const asked = { kinds: ['follow_up'], state: 'open', equal: { assignee, topic } } as const;
    return this.list(asked, query, wait, reply, ({ itemId: followUpId, item }) => {
      const { at: _at, ...followUp } = item;
      return { ...followUp, followUpId };
    });
  }

  @WorkList(
    'expirations',
    ListedExpiration,
    ['kind', 'itemId', 'what', 'expiresAt'],
    'Warranties, plans and estimates by when they expire; overdue, those that have',
  )
  expirations(
    @Query() query: ExpirationsQuery,
    @AwaitPosition() wait: Await | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<Page<ListedExpiration>> {
    const asked = { kinds: query.kind, state: 'open', equal: {} } as const;
    return this.list(asked, query, wait, reply, ({ kind, itemId, dueAt: expiresAt, item }) => {
      const { kind: equipment, make, model, name, serviceType } = item as Record<string, string | undefined>;
      const what =
        kind === 'warranty' ? [equipment, make, model].filter(Boolean).join(' ') : (name ?? serviceType);
      return { kind, itemId, expiresAt, ...(what ? { what } : {}) };
    });
  }

  private async list<Item extends WorkOfClient>(
    asked: Pick<WorkListing, 'kinds' | 'state' | 'equal' | 'among' | 'repeated'>,
    query: WorkQuery,
    wait: Await | undefined,
    reply: FastifyReply,
    itemOf: (work: ListedWork) => object,
  ): Promise<Page<Item>> {
    const listing = { ...asked, query, now: this.clock.now() };
    const { items, ...page } = answered(reply, await this.queries.execute(new ListWork(listing, wait)));
    // The items hold what the events of the client hold, whose fields the answers' classes declare.
    return { ...page, items: items.map((work) => ({ ...itemOf(work), ...clientOf(work) }) as Item) };
  }
}

const clientOf = ({
  kind: _kind,
  itemId: _id,
  dueAt: _due,
  complaintsEver: _ever,
  item: _item,
  ...client
}: ListedWork): WorkOfClient => client;
