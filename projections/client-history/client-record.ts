import { clientEvents, clientIdOf, type ClientEvent } from '../../src/client/client.events.js';
import {
  beganAt,
  evolveLifecycle,
  lifeEvents,
  noLifecycle,
  stateOf,
  type LifeEvent,
  type Lifecycle,
} from '../../src/client/lifecycle/lifecycle.evolve.js';
import type { ServiceMark } from '../../src/client/lifecycle/lifecycle.marks.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { remembered, type Personal } from '../../src/event-store/forgotten.js';
import type { ExpandRule, FoldRule, Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';
import { known } from '../known-client.js';

export type OpenComplaint = {
  complaintId: string;
  serviceId?: string;
  category?: string;
  severity?: string;
  since: Instant;
};

export type Amount = { currency: string; amountMinor: number };

/** The thin card of a client. What the lifecycle says stands in columns too, so that queries need not unpack it. */
export type ClientRecordRow = {
  client_id: string;
  revision: number;
  position: bigint;
  name: string | null;
  email: string | null;
  phone: string | null;
  address: string | null;
  lead_source: string | null;
  channel: string | null;
  referrer_id: string | null;
  client_type: string | null;
  trade: string | null;
  owner: string | null;
  tags: string[];
  state: string;
  converted_at: Instant;
  first_serviced_at: Instant | null;
  last_serviced_at: Instant | null;
  services: number;
  /** since when the client is lapsed; null while it is not */
  lapsed_since: Instant | null;
  /** oldest first */
  open_complaints: OpenComplaint[];
  /** what the services came to, by currency */
  lifetime: Amount[];
  lifecycle: Lifecycle;
};

export const clientRecord: Table<ClientRecordRow> = {
  name: 'client_record',
  columns: {
    client_id: 'uuid',
    revision: 'integer',
    position: 'bigint',
    name: 'text?',
    email: 'text?',
    phone: 'text?',
    address: 'text?',
    lead_source: 'text?',
    channel: 'text?',
    referrer_id: 'uuid?',
    client_type: 'text?',
    trade: 'text?',
    owner: 'text?',
    tags: 'jsonb',
    state: 'text',
    converted_at: 'timestamptz',
    first_serviced_at: 'timestamptz?',
    last_serviced_at: 'timestamptz?',
    services: 'integer',
    lapsed_since: 'timestamptz?',
    open_complaints: 'jsonb',
    lifetime: 'jsonb',
    lifecycle: 'jsonb',
  },
  key: ['client_id'],
  indexes: [
    ['converted_at', 'client_id'],
    ['state', 'converted_at', 'client_id'],
  ],
};

type Recorded<Type extends ClientEvent['type']> = RecordedEvent<Extract<ClientEvent, { type: Type }>>;
type Before = Readonly<ClientRecordRow> | null;

export const clientRecords: FoldRule<ClientEvent, ClientRecordRow> = {
  shape: 'fold',
  table: clientRecord,
  key: ({ stream }) => clientIdOf(stream),
  evolve: {
    ...each(Object.keys(clientEvents), touched),
    ...each(Object.keys(lifeEvents), living),
    ClientConverted: (_before, recorded) => converted(recorded),
    ClientComplained: (before, recorded) => {
      const { complaintId, serviceId, category, severity } = recorded.event.data;
      const since = recorded.event.occurredAt;
      return advance(before, recorded, ({ open_complaints }) => {
        const open = { complaintId, serviceId, category, severity, since };
        return { open_complaints: inOrder([...open_complaints, open]) };
      });
    },
    ComplaintResolved: (before, recorded) =>
      advance(before, recorded, ({ open_complaints }) => ({
        open_complaints: open_complaints.filter(
          ({ complaintId }) => complaintId !== recorded.event.data.complaintId,
        ),
      })),
    ClientDetailsChanged: (before, recorded) => advance(before, recorded, (row) => changes(row, recorded)),
    OwnerAssigned: (before, recorded) =>
      advance(before, recorded, () => ({ owner: recorded.event.data.owner })),
    ClientErased: (before, recorded) =>
      advance(before, recorded, () => ({ name: null, email: null, phone: null, address: null })),
    ComplaintReopened: (before, recorded) =>
      advance(before, recorded, ({ open_complaints }) => {
        const { complaintId } = recorded.event.data;
        const others = open_complaints.filter((one) => one.complaintId !== complaintId);
        return { open_complaints: inOrder([...others, { complaintId, since: recorded.event.occurredAt }]) };
      }),
    TagAdded: (before, recorded) =>
      advance(before, recorded, ({ tags }) => ({
        tags: [...new Set([...tags, recorded.event.data.tag])].sort(),
      })),
    TagRemoved: (before, recorded) =>
      advance(before, recorded, ({ tags }) => ({
        tags: tags.filter((tag) => tag !== recorded.event.data.tag),
      })),
  },
};

function converted(recorded: Recorded<'ClientConverted'>): ClientRecordRow {
  const { data } = recorded.event;
  const { name, email, phone, address, source, channel, referrerId, clientType, trade, owner, tags } = data;
  return {
    client_id: clientIdOf(recorded.stream),
    revision: recorded.revision,
    position: recorded.position,
    name: remembered(name),
    email: remembered(email),
    phone: remembered(phone),
    address: remembered(address),
    lead_source: source ?? null,
    channel: channel ?? null,
    referrer_id: referrerId ?? null,
    client_type: clientType ?? null,
    trade: trade ?? null,
    owner: owner ?? null,
    tags: [...(tags ?? [])].sort(),
    open_complaints: [],
    ...figuresOf(evolveLifecycle(noLifecycle, recorded.event)),
  };
}

type Evolve = FoldRule<ClientEvent, ClientRecordRow>['evolve'];

/** Handlers alike for many kinds of fact; those with one of their own are named after them. */
function each(types: string[], handler: unknown): Evolve {
  return Object.fromEntries(types.map((type) => [type, handler])) as Evolve;
}

/** Nothing of the card follows from the fact but how far it has come. */
function touched(before: Before, recorded: RecordedEvent): ClientRecordRow {
  return advance(before, recorded, () => ({}));
}

const inOrder = (complaints: OpenComplaint[]): OpenComplaint[] =>
  complaints.sort((a, b) => (a.since < b.since ? -1 : 1));

/** What is left out of a change stays as it was. */
function changes(
  row: ClientRecordRow,
  { event: { data } }: Recorded<'ClientDetailsChanged'>,
): Partial<ClientRecordRow> {
  const now = (value: Personal | undefined, before: string | null) =>
    value === undefined ? before : remembered(value);
  return {
    name: now(data.name, row.name),
    email: now(data.email, row.email),
    phone: now(data.phone, row.phone),
    address: now(data.address, row.address),
    lead_source: data.source ?? row.lead_source,
    channel: data.channel ?? row.channel,
    client_type: data.clientType ?? row.client_type,
    trade: data.trade ?? row.trade,
  };
}

function living(before: Before, recorded: RecordedEvent<LifeEvent>): ClientRecordRow {
  return advance(before, recorded, ({ lifecycle }) => figuresOf(evolveLifecycle(lifecycle, recorded.event)));
}

/** The figures follow from the lifecycle as a whole, so that a late or withdrawn fact needs no rule of its own. */
function figuresOf(lifecycle: Lifecycle) {
  const { services, lapses } = lifecycle;
  const lapse = lapses.at(-1);
  return {
    state: stateOf(lifecycle),
    converted_at: beganAt(lifecycle) as Instant,
    first_serviced_at: services[0]?.at ?? null,
    last_serviced_at: services.at(-1)?.at ?? null,
    services: services.length,
    lapsed_since: lapse && !lapse.reactivation ? lapse.at : null,
    lifetime: amountsOf(services),
    lifecycle,
  };
}

function amountsOf(services: readonly ServiceMark[]): Amount[] {
  const sums = new Map<string, number>();
  for (const { amountMinor, currency } of services) {
    if (amountMinor !== undefined && currency) sums.set(currency, (sums.get(currency) ?? 0) + amountMinor);
  }
  return [...sums].map(([currency, amountMinor]) => ({ currency, amountMinor })).sort(byCurrency);
}

const byCurrency = (a: Amount, b: Amount): number => (a.currency < b.currency ? -1 : 1);

function advance(
  before: Before,
  recorded: RecordedEvent,
  change: (row: ClientRecordRow) => Partial<ClientRecordRow>,
): ClientRecordRow {
  const row = known(before, recorded);
  return { ...row, ...change(row), revision: recorded.revision, position: recorded.position };
}

export type ClientTagRow = { tag: string; client_id: string };

/** The tags of clients the other way round, for the directory. */
export const clientTags: ExpandRule<ClientRecordRow, ClientTagRow> = {
  shape: 'expand',
  table: {
    name: 'client_tag',
    columns: { tag: 'text', client_id: 'uuid' },
    key: ['tag', 'client_id'],
  },
  from: clientRecord.name,
  rows: ({ client_id, tags }) => tags.map((tag) => ({ tag, client_id })),
};
