import { billingEvents } from '../../../src/client/billing/billing.events.js';
import { clientIdOf } from '../../../src/client/client.events.js';
import type { ComplaintEvent } from '../../../src/client/complaints/complaint.events.js';
import type { FeedbackReceived } from '../../../src/client/contact/contact.events.js';
import type { ClientErased } from '../../../src/client/identity/identity.events.js';
import { evolveLifecycle, type LifeEvent } from '../../../src/client/lifecycle/lifecycle.evolve.js';
import { caused, type Cause } from '../../../src/client/lifecycle/state-intervals.js';
import type { PlanChanged, PlanEnded, PlanEnrolled } from '../../../src/client/plans/plan-details.events.js';
import type { detailsEvents } from '../../../src/client/record/details.events.js';
import type { CommunicationPreferenceChanged } from '../../../src/client/record/preference.events.js';
import type { RecordedEvent } from '../../../src/event-store/envelope.js';
import type { EventOf } from '../../../src/event-store/event-definition.js';
import { remembered } from '../../../src/event-store/forgotten.js';
import type { FoldRule, Table } from '../../../src/projecting/projection.js';
import { known } from '../../known-client.js';
import { tagged, untagged, type TagInterval } from '../tag-intervals.js';
import {
  complaintOpened,
  complaintResolved,
  invoicePaid,
  momentOf,
  planEnded,
  planNamed,
  saying,
  withThing,
} from './life-changes.js';
import { causesIn, passed, withAbsorbed, withoutReleased } from './life-merges.js';
import { spanOf, unlessSame } from './life-span.js';
import { nextServices } from './service-columns.js';
import { noLife, type Evidence, type SegmentLife, type ServiceDetail } from './segment-life.js';

type Details = (typeof detailsEvents)[keyof typeof detailsEvents];
type Invoicing = (typeof billingEvents)['InvoiceIssued' | 'InvoiceOverdue' | 'InvoicePaid'];
type Others =
  | typeof ClientErased
  | typeof FeedbackReceived
  | typeof CommunicationPreferenceChanged
  | typeof PlanEnrolled
  | typeof PlanChanged
  | typeof PlanEnded;

/** The facts that rules of segments can speak of. */
export type SegmentClientEvent = LifeEvent | ComplaintEvent | EventOf<Details | Invoicing | Others>;

/** What the memberships of a client follow from. */
export type SegmentClientRow = SegmentLife & {
  client_id: string;
  /** personal; shown to staff beside a member */
  name: string | null;
};

export const segmentClient: Table<SegmentClientRow> = {
  name: 'segment_client',
  columns: {
    client_id: 'uuid',
    name: 'text?',
    span: 'json?',
    lifecycle: 'json',
    services: 'json',
    evidence: 'json',
    tags: 'json',
    said: 'json',
    consents: 'json',
    details: 'json',
    answers: 'json',
    complaints: 'json',
    plans: 'json',
    invoices: 'json',
    erased: 'boolean',
  },
  key: ['client_id'],
};

type Before = Readonly<SegmentClientRow> | null;
type Recorded<Type extends SegmentClientEvent['type']> = RecordedEvent<
  Extract<SegmentClientEvent, { type: Type }>
>;

/** The life of each client as rules see it: everything they speak of, with business times and the ids of events. */
export const segmentClients: FoldRule<SegmentClientEvent, SegmentClientRow> = {
  shape: 'fold',
  table: segmentClient,
  key: ({ stream }) => clientIdOf(stream),
  evolve: {
    ClientConverted: (_row, recorded) => {
      const { name, tags = [], clientType, trade, source, owner } = recorded.event.data;
      const moment = momentOf(recorded);
      const client = { client_id: clientIdOf(recorded.stream), name: remembered(name), ...noLife };
      return changed(lived(client, recorded, caused.byConversion), recorded, () => ({
        tags: tags.reduce<TagInterval[]>((all, tag) => tagged(all, tag, moment.at, moment.by), []),
        said: saying([], { clientType, trade, source, owner }, moment),
      }));
    },
    ClientErased: (row, recorded) => ({ ...known(row, recorded), erased: true, name: null }),
    ClientDetailsChanged: (row, recorded) => {
      const { name, clientType, trade, source } = recorded.event.data;
      const client = changed(row, recorded, (life) => ({
        said: saying(life.said, { clientType, trade, source }, momentOf(recorded)),
      }));
      return name === undefined ? client : { ...client, name: remembered(name) };
    },
    OwnerAssigned: (row, recorded) =>
      changed(row, recorded, (life) => ({
        said: saying(life.said, { owner: recorded.event.data.owner }, momentOf(recorded)),
      })),
    TagAdded: (row, recorded) => retagged(tagged, row, recorded),
    TagRemoved: (row, recorded) => retagged(untagged, row, recorded),
    CommunicationPreferenceChanged: (row, recorded) => {
      const { channel, kind, granted } = recorded.event.data;
      const word = { channel, kind, granted, ...momentOf(recorded) };
      return changed(row, recorded, ({ consents }) => ({ consents: [...consents, word] }));
    },

    ClientServiced: (row, recorded) => served(row, recorded),
    ServiceCorrected: (row, recorded) => served(row, recorded),
    ServiceVoided: (row, recorded) => lived(row, recorded),
    ClientLapsed: (row, recorded) => lived(row, recorded, recorded.event.data.lapseId),
    ClientReactivated: (row, recorded) =>
      lived(row, recorded, caused.byReturnFrom(recorded.event.data.lapseId)),
    LapseRevoked: (row, recorded) => lived(row, recorded),
    ReactivationRevoked: (row, recorded) => lived(row, recorded),
    ClientClosed: (row, recorded) => lived(row, recorded, caused.byClosure(recorded.event.occurredAt)),
    ClientReopened: (row, recorded) => lived(row, recorded, caused.byReopening(recorded.event.occurredAt)),
    ClientMergedInto: (row, recorded) => lived(row, recorded, caused.byMerge),
    ClientAbsorbed: (row, recorded) => {
      const { absorbedId, life: pooled } = recorded.event.data;
      const client = lived(row, recorded, caused.byConversionOf(absorbedId), ...causesIn(pooled));
      return changed(client, recorded, (life) => withAbsorbed(life, pooled, momentOf(recorded)));
    },
    ClientUnmerged: (row, recorded) => {
      const { side, life: pooled } = recorded.event.data;
      const before = new Set(known(row, recorded).evidence.map(([cause]) => cause));
      const taken = side === 'restored' ? causesIn(pooled).filter((cause) => !before.has(cause)) : [];
      return changed(lived(row, recorded, ...taken), recorded, (life) =>
        side === 'survivor' ? withoutReleased(life, pooled) : passed(life, pooled, momentOf(recorded)),
      );
    },

    FeedbackReceived: (row, recorded) => {
      const { feedbackId, instrument, score, serviceId } = recorded.event.data;
      const answer = { instrument, score, ...momentOf(recorded), ...(serviceId ? { serviceId } : {}) };
      return changed(row, recorded, (life) => withThing(life, 'answers', feedbackId, () => answer));
    },
    ClientComplained: (row, recorded) => complained(row, recorded),
    ComplaintReopened: (row, recorded) => complained(row, recorded),
    ComplaintResolved: (row, recorded) =>
      changed(row, recorded, (life) =>
        withThing(
          life,
          'complaints',
          recorded.event.data.complaintId,
          (complaint) => complaint && complaintResolved(complaint, momentOf(recorded)),
        ),
      ),
    PlanEnrolled: (row, recorded) => {
      const { planId, name } = recorded.event.data;
      const moment = momentOf(recorded);
      const spell = { from: moment.at, to: null, begunBy: moment.by, endedBy: null, names: [] };
      const plan = planNamed(spell, name, moment);
      return changed(row, recorded, (life) => withThing(life, 'plans', planId, () => plan));
    },
    PlanChanged: (row, recorded) => {
      const { planId, name } = recorded.event.data;
      return changed(row, recorded, (life) =>
        withThing(life, 'plans', planId, (plan) => plan && planNamed(plan, name, momentOf(recorded))),
      );
    },
    PlanEnded: (row, recorded) =>
      changed(row, recorded, (life) =>
        withThing(
          life,
          'plans',
          recorded.event.data.planId,
          (plan) => plan && planEnded(plan, momentOf(recorded)),
        ),
      ),
    InvoiceIssued: (row, recorded) => {
      const { invoiceId, amountMinor, dueOn } = recorded.event.data;
      const due = dueOn === undefined ? {} : { dueOn };
      const invoice = { ...momentOf(recorded), amountMinor, paidMinor: 0, ...due };
      return changed(row, recorded, (life) => withThing(life, 'invoices', invoiceId, () => invoice));
    },
    InvoiceOverdue: (row, recorded) =>
      changed(row, recorded, (life) =>
        withThing(
          life,
          'invoices',
          recorded.event.data.invoiceId,
          (invoice) => invoice && { ...invoice, overdue: invoice.overdue ?? momentOf(recorded) },
        ),
      ),
    InvoicePaid: (row, recorded) => {
      const { invoiceId, amountMinor } = recorded.event.data;
      return changed(row, recorded, (life) =>
        withThing(
          life,
          'invoices',
          invoiceId,
          (invoice) => invoice && invoicePaid(invoice, amountMinor, momentOf(recorded)),
        ),
      );
    },
  },
};

function changed(
  row: Before,
  recorded: RecordedEvent<SegmentClientEvent>,
  change: (life: SegmentLife) => Partial<SegmentLife>,
): SegmentClientRow {
  const client = known(row, recorded);
  return { ...client, ...change(client) };
}

const lived = (row: Before, recorded: RecordedEvent<LifeEvent>, ...causes: Cause[]): SegmentClientRow =>
  changed(row, recorded, (before) => {
    const lifecycle = evolveLifecycle(before.lifecycle, recorded.event);
    const evidence = [...before.evidence, ...causes.map((cause): Evidence => [cause, recorded.id])];
    return {
      lifecycle,
      services: nextServices(before.services, before.lifecycle, lifecycle, evidence, recorded),
      evidence,
      span: unlessSame(before.span, spanOf(lifecycle, evidence)),
    };
  });

/** A correction says what changes of a service; what it leaves out stays. */
function served(row: Before, recorded: Recorded<'ClientServiced' | 'ServiceCorrected'>): SegmentClientRow {
  const { serviceId, technicians, rating } = recorded.event.data;
  const detail: ServiceDetail = {
    ...(technicians === undefined ? {} : { technicians }),
    ...(rating === undefined ? {} : { stars: rating }),
  };
  const client = lived(row, recorded, serviceId);
  if (Object.keys(detail).length === 0) return client;
  return changed(client, recorded, (life) =>
    withThing(life, 'details', serviceId, (before) => ({ ...before, ...detail })),
  );
}

const complained = (
  row: Before,
  recorded: Recorded<'ClientComplained' | 'ComplaintReopened'>,
): SegmentClientRow =>
  changed(row, recorded, (life) =>
    withThing(life, 'complaints', recorded.event.data.complaintId, (complaint) =>
      complaintOpened(complaint, momentOf(recorded)),
    ),
  );

function retagged(
  change: typeof tagged | typeof untagged,
  row: Before,
  recorded: Recorded<'TagAdded' | 'TagRemoved'>,
): SegmentClientRow {
  const { at, by } = momentOf(recorded);
  return changed(row, recorded, (life) => ({
    tags: change(life.tags, recorded.event.data.tag, at, by),
  }));
}
