import { clientIdOf, type ClientEvent } from '../../src/client/client.events.js';
import type { ClientErased } from '../../src/client/identity/identity.events.js';
import {
  evolveLifecycle,
  lifeEvents,
  noLifecycle,
  type LifeEvent,
  type Lifecycle,
} from '../../src/client/lifecycle/lifecycle.evolve.js';
import type {
  ClientDetailsChanged,
  OwnerAssigned,
  TagAdded,
  TagRemoved,
} from '../../src/client/record/details.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { EventOf } from '../../src/event-store/event-definition.js';
import { remembered, type Personal } from '../../src/event-store/forgotten.js';
import type { FoldRule, Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';
import { known } from '../known-client.js';
import type { LocalDay } from '../local-day.js';
import { folded } from './folded-text.js';
import { figuresOf, type LifeFigures } from './life-figures.js';

/** Who a client is, and where it stands. What the lifecycle says stands in columns too, so that queries need not unpack it. */
export type ClientRecordRow = LifeFigures & {
  client_id: string;
  name: string | null;
  /** the name as it is sorted by; empty where there is none */
  name_order: string;
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
  /** whether the person was forgotten */
  erased: boolean;
  lifecycle: Lifecycle;
};

export const clientRecord: Table<ClientRecordRow> = {
  name: 'client_record',
  columns: {
    client_id: 'uuid',
    name: 'text?',
    name_order: 'text',
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
    erased: 'boolean',
    state: 'text',
    state_since: 'timestamptz',
    converted_at: 'timestamptz',
    first_serviced_at: 'timestamptz?',
    last_serviced_at: 'timestamptz?',
    serviced_order: 'timestamptz',
    services: 'integer',
    visits: 'integer',
    lapsed_since: 'timestamptz?',
    lifetime: 'jsonb',
    rhythm: 'jsonb',
    merged_into: 'uuid?',
    absorbed: 'jsonb',
    lifecycle: 'jsonb',
  },
  key: ['client_id'],
  indexes: [
    ['converted_at', 'client_id'],
    ['serviced_order', 'client_id'],
    ['name_order', 'client_id'],
    ['state', 'converted_at', 'client_id'],
    ['owner', 'client_id'],
  ],
};

type RecordEvent =
  | LifeEvent
  | EventOf<
      | typeof ClientDetailsChanged
      | typeof OwnerAssigned
      | typeof TagAdded
      | typeof TagRemoved
      | typeof ClientErased
    >;
type Recorded<Type extends RecordEvent['type']> = RecordedEvent<Extract<RecordEvent, { type: Type }>>;
type Before = Readonly<ClientRecordRow> | null;

type Evolve = FoldRule<RecordEvent, ClientRecordRow>['evolve'];

/** @param dayOf the day on which an instant falls, in the business's zone */
export function clientRecords(dayOf: (at: Instant) => LocalDay): FoldRule<ClientEvent, ClientRecordRow> {
  const lived = (before: Before, recorded: RecordedEvent<LifeEvent>): ClientRecordRow => {
    const row = known(before, recorded);
    const lifecycle = evolveLifecycle(row.lifecycle, recorded.event);
    return { ...row, ...figuresOf(lifecycle, row, dayOf), lifecycle };
  };
  const life = Object.fromEntries(Object.keys(lifeEvents).map((type) => [type, lived]));
  const evolve: Evolve = {
    ...(life as Pick<Evolve, LifeEvent['type']>),
    ClientConverted: (_before, recorded) => converted(recorded, dayOf),
    ClientDetailsChanged: changing((row, { data }) => changes(row, data)),
    OwnerAssigned: changing((_row, { data: { owner } }) => ({ owner })),
    TagAdded: changing(({ tags }, { data: { tag } }) => ({ tags: [...new Set([...tags, tag])].sort() })),
    TagRemoved: changing(({ tags }, { data: { tag } }) => ({ tags: tags.filter((one) => one !== tag) })),
    ClientErased: changing(() => ({
      ...named(null),
      ...{ email: null, phone: null, address: null, erased: true },
    })),
  };
  return {
    shape: 'fold',
    table: clientRecord,
    key: ({ stream }) => clientIdOf(stream),
    // Facts of other kinds leave the record as it is: without a handler, it is not even read for them.
    evolve: evolve as FoldRule<ClientEvent, ClientRecordRow>['evolve'],
  };
}

const changing =
  <Event extends RecordEvent>(change: (row: ClientRecordRow, event: Event) => Partial<ClientRecordRow>) =>
  (before: Before, recorded: RecordedEvent<Event>): ClientRecordRow => {
    const row = known(before, recorded);
    return { ...row, ...change(row, recorded.event) };
  };

function converted(
  { stream, event }: Recorded<'ClientConverted'>,
  dayOf: (at: Instant) => LocalDay,
): ClientRecordRow {
  const { name, email, phone, address, source, channel, referrerId, clientType, trade, owner, tags } =
    event.data;
  const lifecycle = evolveLifecycle(noLifecycle, event);
  return {
    client_id: clientIdOf(stream),
    ...named(remembered(name)),
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
    erased: false,
    ...figuresOf(lifecycle, { lifecycle: noLifecycle, visits: 0 }, dayOf),
    lifecycle,
  };
}

const named = (name: string | null) => ({ name, name_order: name === null ? '' : folded(name) });

/** What is left out of a change stays as it was. */
function changes(
  row: ClientRecordRow,
  data: Recorded<'ClientDetailsChanged'>['event']['data'],
): Partial<ClientRecordRow> {
  const now = (value: Personal | undefined, before: string | null) =>
    value === undefined ? before : remembered(value);
  return {
    ...named(now(data.name, row.name)),
    email: now(data.email, row.email),
    phone: now(data.phone, row.phone),
    address: now(data.address, row.address),
    lead_source: data.source ?? row.lead_source,
    channel: data.channel ?? row.channel,
    client_type: data.clientType ?? row.client_type,
    trade: data.trade ?? row.trade,
  };
}
