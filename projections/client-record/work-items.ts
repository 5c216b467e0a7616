import type { ExpandRule } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';
import { NO_DAY, type LocalDay } from '../local-day.js';
import type { CardItems, ItemKind } from './card-items.js';
import { clientCard, type ClientCardRow } from './client-card.js';

/** What the staff have to see to, of all clients, by when it falls due. */
export type WorkItemRow = {
  kind: WorkKind;
  /** of complaints also `resolved`; what is over of other kinds is no work any more */
  state: 'open' | 'resolved';
  /**
   * a complaint: when it has to be resolved by, or was resolved; a booking: when it begins; a follow-up: when it is due; an
   * invoice, a warranty, a plan, an estimate: the first instant after its last day
   */
  due_at: Instant;
  item_id: string;
  client_id: string;
};

export const WORK_KINDS = [
  'complaint',
  'booking',
  'invoice',
  'follow_up',
  'warranty',
  'plan',
  'estimate',
] as const;
export type WorkKind = (typeof WORK_KINDS)[number];

/** Where on a client's card the things of a kind are. */
export const ON_CARD = {
  complaint: 'complaints',
  booking: 'bookings',
  invoice: 'invoices',
  follow_up: 'followUps',
  warranty: 'equipment',
  plan: 'plans',
  estimate: 'recommendations',
} as const satisfies Record<WorkKind, ItemKind>;

type Due = Pick<WorkItemRow, 'due_at'> & Partial<Pick<WorkItemRow, 'state'>>;
type DueOf = {
  readonly [K in WorkKind]: (item: CardItems[(typeof ON_CARD)[K]]) => Due | null;
};

/**
 * @param dayEnd the first instant after a day, in the business's zone
 * @returns the rule that gives a row for every thing on a card that falls due, or is to be seen to all the same
 */
export function workItems(dayEnd: (day: LocalDay) => Instant): ExpandRule<ClientCardRow, WorkItemRow> {
  const after = (day: LocalDay | undefined): Due | null =>
    day === undefined ? null : { due_at: dayEnd(day) };
  const dueOf: DueOf = {
    complaint: ({ open, slaDueAt = NO_DAY, resolvedAt = NO_DAY }) =>
      open === false ? { state: 'resolved', due_at: resolvedAt } : { due_at: slaDueAt },
    booking: ({ scheduledFor }) => (scheduledFor === undefined ? null : { due_at: scheduledFor }),
    // Whoever declared it overdue need not have said by when it was to be paid.
    invoice: ({ dueOn, overdue, at = NO_DAY }) =>
      overdue ? { due_at: at } : (after(dueOn) ?? { due_at: NO_DAY }),
    follow_up: ({ dueAt = NO_DAY }) => ({ due_at: dueAt }),
    warranty: ({ warranty }) => after(warranty?.until),
    plan: ({ endsOn }) => after(endsOn),
    estimate: ({ expiresAt }) => (expiresAt === undefined ? null : { due_at: expiresAt }),
  };
  return {
    shape: 'expand',
    table: {
      name: 'work_item',
      columns: { kind: 'text', state: 'text', due_at: 'timestamptz', item_id: 'uuid', client_id: 'uuid' },
      key: ['kind', 'state', 'due_at', 'item_id', 'client_id'],
    },
    from: clientCard.name,
    rows: ({ client_id, items }) =>
      WORK_KINDS.flatMap((kind) =>
        Object.entries<object>(items[ON_CARD[kind]] ?? {}).flatMap(([item_id, item]) => {
          const due = dueOf[kind](item);
          return due ? [{ kind, state: 'open', ...due, item_id, client_id } satisfies WorkItemRow] : [];
        }),
      ),
  };
}
