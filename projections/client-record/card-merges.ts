import type { Absorption, Unmerge } from '../../src/client/identity/identity.events.js';
import type { PooledLife } from '../../src/client/identity/pooled-life.js';
import { latest, type CardItems, type ItemKind, type ItemsById } from './card-items.js';

type Mark = Readonly<Record<string, unknown>>;
type FromMark = { readonly [K in Exclude<ItemKind, 'services'>]: (mark: Mark) => CardItems[K] | null };

/** What the card makes of a thing as clients pass it on: what is over is none. Its details stand where it was recorded. */
const fromMark: FromMark = {
  feedback: ({ at }) => ({ at }) as CardItems['feedback'],
  notes: () => ({}),
  complaints: ({ at, open, slaDueAt }) => withoutAbsent({ at, open, slaDueAt }),
  contacts: ({ linked }) => (linked === false ? null : {}),
  properties: () => ({}),
  equipment: ({ retired, installedOn, warrantyUntil: until }) =>
    retired === true ? null : withoutAbsent({ installedOn, ...(until ? { warranty: { until } } : {}) }),
  plans: ({ status, intervalDays, endsOn, from: at }) =>
    status === 'ended' ? null : withoutAbsent({ status, intervalDays, endsOn, at }),
  bookings: ({ status, scheduledFor, madeAt: at }) =>
    status === 'booked' ? ({ scheduledFor, at } as CardItems['bookings']) : null,
  invoices: ({ amountMinor, currency, dueOn, paidMinor, overdue }) =>
    paidMinor === amountMinor ? null : withoutAbsent({ amountMinor, currency, dueOn, paidMinor, overdue }),
  recommendations: ({ status, at, expiresAt }) =>
    status === 'open' ? withoutAbsent({ at, expiresAt }) : null,
  attempts: ({ at }) => ({ at }) as CardItems['attempts'],
  followUps: ({ done, dueAt }) => (done === true ? null : withoutAbsent({ dueAt })),
};

const withoutAbsent = (item: object): object =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));

const passedOn = ({ items }: PooledLife, kind: string) =>
  Object.entries((items[kind] ?? {}) as Record<string, Mark>);

/** @returns the items, and those that an absorbed client brings in */
export function withAbsorbed(items: ItemsById, { life }: Absorption): ItemsById {
  return eachKind(items, life, (kind, own, passed) => latest(kind, { ...own, ...passed }));
}

/** @returns what is left of the items when some go to a client that is parted from this one */
export function withoutReleased(items: ItemsById, { life }: Unmerge): ItemsById {
  return eachKind(items, life, (_kind, own, _passed, ids) =>
    Object.fromEntries(Object.entries(own).filter(([id]) => !ids.has(id))),
  );
}

/** @returns the items of a client that is parted from another: those that come back, with what it knew of them itself */
export function restored(items: ItemsById, { life }: Unmerge): ItemsById {
  return eachKind(items, life, (kind, own, passed) =>
    latest(
      kind,
      Object.fromEntries(Object.entries(passed).map(([id, item]) => [id, laidOver(own[id], item)])),
    ),
  );
}

type Covered = { readonly warranty?: { readonly until?: string | undefined } };

/**
 * What counts of a thing, laid over what else is known of it. Of a warranty only the last day counts: while it is the same,
 * so is the rest.
 */
export function laidOver<Item extends object>(details: Item | undefined, item: Item): Item {
  const [known, counting] = [details as Covered | undefined, item as Covered];
  const same = known?.warranty !== undefined && known.warranty.until === counting.warranty?.until;
  return { ...details, ...item, ...(same ? { warranty: known.warranty } : {}) };
}

type ById = Record<string, object>;

/** @param change makes the items of a kind from those there are, those that pass, and the ids of all that pass */
function eachKind(
  items: ItemsById,
  life: PooledLife,
  change: (kind: ItemKind, own: ById, passed: ById, ids: ReadonlySet<string>) => ById,
): ItemsById {
  const next: Record<string, ById> = {};
  for (const [kind, make] of Object.entries(fromMark) as [ItemKind, (mark: Mark) => object | null][]) {
    const marks = passedOn(life, kind);
    const passed = marks.flatMap(([id, mark]) => {
      const item = make(mark);
      return item ? [[id, item] as const] : [];
    });
    const ids = new Set(marks.map(([id]) => id));
    next[kind] = change(kind, items[kind] ?? {}, Object.fromEntries(passed), ids);
  }
  const services = life.services.map(({ serviceId, at, serviceType, amountMinor, currency, planId }) => [
    serviceId,
    withoutAbsent({ at, serviceType, amountMinor, currency, planId }),
  ]);
  const served = Object.fromEntries(services) as ById;
  next.services = change('services', items.services ?? {}, served, new Set(Object.keys(served)));
  const kept = Object.entries(next).filter(([, byId]) => Object.keys(byId).length > 0);
  return Object.fromEntries(kept);
}
