import { clientEvents, clientIdOf, type ClientEvent } from '../../src/client/client.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { EventDefinition } from '../../src/event-store/event-definition.js';
import { remembered } from '../../src/event-store/forgotten.js';
import type { FoldRule, Table } from '../../src/projecting/projection.js';
import { fieldsOf } from '../../src/schema/fields.js';
import type { Instant } from '../../src/schema/instant.js';
import { known } from '../known-client.js';
import { itemChanges } from './card-item-changes.js';
import type { ItemKind, ItemsById } from './card-items.js';

/** What was last said of being contacted by a channel for a purpose. */
export type Consent = { channel: string; kind: string; granted: boolean; since: Instant };

/** What stands open with a client, and how it wants things done. Every fact of the client moves it on. */
export type ClientCardRow = {
  client_id: string;
  /** of the client's latest fact */
  revision: number;
  position: bigint;
  complaints_ever: number;
  /** when it was last tried to have the client come (again), or something was put right with it; null: never */
  approached_at: Instant | null;
  items: ItemsById;
  preferences: Record<string, string>;
  /** `any` purpose stands for all of which nothing was said later */
  consents: Consent[];
};

export const clientCard: Table<ClientCardRow> = {
  name: 'client_card',
  columns: {
    client_id: 'uuid',
    revision: 'integer',
    position: 'bigint',
    complaints_ever: 'integer',
    approached_at: 'timestamptz?',
    items: 'jsonb',
    preferences: 'jsonb',
    consents: 'jsonb',
  },
  key: ['client_id'],
};

type Fact<Type extends ClientEvent['type']> = Extract<ClientEvent, { type: Type }>;
type RowChanges = {
  readonly [Type in ClientEvent['type']]?: (row: ClientCardRow, event: Fact<Type>) => Partial<ClientCardRow>;
};

const rowChanges: RowChanges = {
  ClientComplained: (row) => ({ complaints_ever: row.complaints_ever + 1 }),
  CommunicationSent: (row, { data: { kind }, occurredAt }) =>
    APPROACHES.includes(kind) ? approached(row, occurredAt) : {},
  ReactivationAttempted: (row, { occurredAt }) => approached(row, occurredAt),
  ClientAbsorbed: (row, { data }) => ({ complaints_ever: row.complaints_ever + complaintsIn(data.life) }),
  ClientUnmerged: (row, { data: { side, life } }) => ({
    complaints_ever: side === 'survivor' ? row.complaints_ever - complaintsIn(life) : complaintsIn(life),
  }),
  PreferenceSet: ({ preferences }, { data: { key, value } }) => ({
    preferences: withoutNull({ ...preferences, [key]: remembered(value) }),
  }),
  PreferenceCleared: ({ preferences }, { data: { key } }) => ({
    preferences: withoutNull({ ...preferences, [key]: null }),
  }),
  CommunicationPreferenceChanged: ({ consents }, { data, occurredAt: since }) => ({
    consents: [
      ...consents.filter(
        ({ channel, kind }) => channel !== data.channel || (kind !== data.kind && data.kind !== 'any'),
      ),
      { ...data, since },
    ],
  }),
  ClientErased: (row) => ({ items: withoutPersonal(row.items), preferences: {} }),
};

const APPROACHES = ['rebooking', 're_engagement', 'support'];

const approached = ({ approached_at: before }: ClientCardRow, at: Instant): Partial<ClientCardRow> => ({
  approached_at: before !== null && before > at ? before : at,
});

const complaintsIn = ({ items: { complaints = {} } }: { items: Readonly<Record<string, object>> }): number =>
  Object.keys(complaints).length;

const withoutNull = (values: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null));

/** Which fact a kind of item comes from, and so what of it is personal. */
const PERSONAL: { readonly [K in ItemKind]?: readonly string[] } = {
  services: personalIn(clientEvents.ClientServiced),
  feedback: personalIn(clientEvents.FeedbackReceived),
  notes: personalIn(clientEvents.NoteAdded),
  complaints: personalIn(clientEvents.ClientComplained),
  contacts: personalIn(clientEvents.ContactLinked),
  properties: [...personalIn(clientEvents.PropertyAdded), 'accessNoteAt'],
  recommendations: personalIn(clientEvents.RecommendationMade),
  followUps: personalIn(clientEvents.FollowUpScheduled),
};

function personalIn({ data }: EventDefinition): string[] {
  return fieldsOf(data)
    .filter(({ personal }) => personal)
    .map(({ name }) => name);
}

function withoutPersonal(all: ItemsById): ItemsById {
  const kinds = Object.entries(all) as [ItemKind, Record<string, object>][];
  const scrubbed = kinds.map(([kind, byId]) => {
    const names = PERSONAL[kind] ?? [];
    const items = Object.entries(byId).map(([id, item]) => [
      id,
      Object.fromEntries(Object.entries(item).filter(([name]) => !names.includes(name))),
    ]);
    return [kind, Object.fromEntries(items) as Record<string, object>];
  });
  return Object.fromEntries(scrubbed) as ItemsById;
}

type ItemChange = (items: ItemsById, data: object, at: Instant) => ItemsById;
type RowChange = (row: ClientCardRow, event: ClientEvent) => Partial<ClientCardRow>;

/** Any fact of a client moves the card on; most change something on it. */
function moved(before: Readonly<ClientCardRow> | null, recorded: RecordedEvent<ClientEvent>): ClientCardRow {
  const row = known(before, recorded);
  const { event, revision, position } = recorded;
  const { type, data, occurredAt } = event;
  // That a handler and its fact belong together is more than the compiler sees in a union.
  const items = (itemChanges[type] as ItemChange | undefined)?.(row.items, data, occurredAt) ?? row.items;
  return { ...row, items, ...(rowChanges[type] as RowChange | undefined)?.(row, event), revision, position };
}

const begun = ({ stream, revision, position }: RecordedEvent<ClientEvent>): ClientCardRow => ({
  client_id: clientIdOf(stream),
  revision,
  position,
  complaints_ever: 0,
  approached_at: null,
  items: {},
  preferences: {},
  consents: [],
});

type Evolve = FoldRule<ClientEvent, ClientCardRow>['evolve'];

export const clientCards: FoldRule<ClientEvent, ClientCardRow> = {
  shape: 'fold',
  table: clientCard,
  key: ({ stream }) => clientIdOf(stream),
  evolve: {
    ...(Object.fromEntries(Object.keys(clientEvents).map((type) => [type, moved])) as Evolve),
    ClientConverted: (_before, recorded) => begun(recorded),
  },
};
