import { CLIENT_STREAMS, clientIdOf } from '../../src/client/client.events.js';
import type { LifeEvent } from '../../src/client/lifecycle/lifecycle.evolve.js';
import type { bookingEvents } from '../../src/client/plans/booking.events.js';
import type { planTermsEvents } from '../../src/client/plans/plan-details.events.js';
import type { ClientDetailsChanged } from '../../src/client/record/details.events.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import type { EventOf } from '../../src/event-store/event-definition.js';
import type { FoldRule, Projection, Table } from '../../src/projecting/projection.js';
import type { Instant } from '../../src/schema/instant.js';

/** The lapse clock of a client that was ever serviced. One that lives on in another has none of its own. */
export type LapseDueRow = {
  client_id: string;
  /** whether the clock may run: the client is neither lapsed nor closed */
  running: boolean;
  /** the last service lies at or after it */
  quiet_since: Instant;
  /** the lapse in which the client is */
  lapse_id: string | null;
  closed: boolean;
  /** of the last fact that bears on when the client lapses */
  position: bigint;
};

const lapseDueTable: Table<LapseDueRow> = {
  name: 'lapse_due',
  columns: {
    client_id: 'uuid',
    running: 'boolean',
    quiet_since: 'timestamptz',
    lapse_id: 'uuid?',
    closed: 'boolean',
    position: 'bigint',
  },
  key: ['client_id'],
  // Running clocks stand together, the longest quiet first.
  indexes: [['running', 'quiet_since', 'client_id']],
};

/** Where the facts at hand do not tell which service is now the last: the clock asks whoever knows. */
export const LONG_AGO: Instant = '0001-01-01T00:00:00.000Z';

type WindowEvent = EventOf<
  | (typeof bookingEvents)[keyof typeof bookingEvents]
  | (typeof planTermsEvents)[keyof typeof planTermsEvents]
  | typeof ClientDetailsChanged
>;
export type LapseDueEvent = LifeEvent | WindowEvent;
type Before = Readonly<LapseDueRow> | null;
type Changes = Partial<Pick<LapseDueRow, 'quiet_since' | 'lapse_id' | 'closed'>>;

/** A client is looked at again after any fact that bears on its window; without a row there is nothing to look at. */
function changed(row: Before, { position }: RecordedEvent, changes: Changes = {}): Before {
  if (row === null) return null;
  const next = { ...row, ...changes, position };
  return { ...next, running: next.lapse_id === null && !next.closed };
}

const begun = (row: Before, { stream, position }: RecordedEvent): LapseDueRow =>
  row ?? {
    client_id: clientIdOf(stream),
    running: true,
    quiet_since: LONG_AGO,
    lapse_id: null,
    closed: false,
    position,
  };

const later = (one: Instant, other: Instant): Instant => (one > other ? one : other);
const lastOf = (marks: readonly { readonly at: Instant }[]): Instant => marks.at(-1)?.at ?? LONG_AGO;

const touched = (row: Before, recorded: RecordedEvent): Before => changed(row, recorded);

/** A lapse stands until it is withdrawn or ended. Its id tells it from earlier ones, which change nothing here. */
const ended = (row: Before, recorded: RecordedEvent, lapseId: string): Before =>
  changed(row, recorded, row?.lapse_id === lapseId ? { lapse_id: null } : {});

export const lapseClocks: FoldRule<LapseDueEvent, LapseDueRow> = {
  shape: 'fold',
  table: lapseDueTable,
  key: ({ stream }) => clientIdOf(stream),
  evolve: {
    ClientConverted: touched,
    ClientServiced: (row, recorded) => {
      const client = begun(row, recorded);
      const quietSince = later(client.quiet_since, recorded.event.occurredAt);
      return changed(client, recorded, { quiet_since: quietSince });
    },
    ServiceCorrected: (row, recorded) => {
      const { servicedAt, previouslyServicedAt } = recorded.event.data;
      const since = row?.quiet_since ?? LONG_AGO;
      const rest = previouslyServicedAt < since ? since : LONG_AGO;
      return changed(row, recorded, { quiet_since: later(rest, servicedAt) });
    },
    ServiceVoided: (row, recorded) =>
      changed(
        row,
        recorded,
        row && recorded.event.data.servicedAt < row.quiet_since ? {} : { quiet_since: LONG_AGO },
      ),
    ClientLapsed: (row, recorded) => {
      const { lapseId, lastServicedAt } = recorded.event.data;
      // An earlier gap may turn out to hold a lapse; the service that ends it follows. Who is lapsed does not lapse again.
      if (row && (row.lapse_id !== null || lastServicedAt < row.quiet_since)) return changed(row, recorded);
      return changed(row, recorded, { lapse_id: lapseId, quiet_since: lastServicedAt });
    },
    ClientReactivated: (row, recorded) => ended(row, recorded, recorded.event.data.lapseId),
    LapseRevoked: (row, recorded) => ended(row, recorded, recorded.event.data.lapseId),
    // The client is back in that lapse, unless it is in a later one, or the same append tells what else ended it.
    ReactivationRevoked: (row, recorded) =>
      changed(row, recorded, { lapse_id: row?.lapse_id ?? recorded.event.data.lapseId }),
    ClientClosed: (row, recorded) => changed(row, recorded, { closed: true }),
    ClientReopened: (row, recorded) => changed(row, recorded, { closed: false }),
    ClientMergedInto: () => null,
    ClientAbsorbed: (row, recorded) => {
      const { services, lapses } = recorded.event.data.life;
      if (row === null && services.length === 0) return null;
      const client = begun(row, recorded);
      const since = later(client.quiet_since, lastOf(services));
      const open = lapses.find(
        ({ lastServicedAt, reactivation }) => !reactivation && lastServicedAt >= since,
      );
      return changed(client, recorded, {
        quiet_since: since,
        ...(open ? { lapse_id: open.lapseId } : {}),
      });
    },
    ClientUnmerged: (row, recorded) => {
      const { side, life } = recorded.event.data;
      if (side === 'restored') {
        if (life.services.length === 0) return null;
        return changed(begun(null, recorded), recorded, { quiet_since: lastOf(life.services) });
      }
      const gone = life.lapses.some(({ lapseId }) => lapseId === row?.lapse_id);
      return changed(row, recorded, { quiet_since: LONG_AGO, ...(gone ? { lapse_id: null } : {}) });
    },
    BookingMade: touched,
    BookingMoved: touched,
    BookingCancelled: touched,
    NoShowRecorded: touched,
    PlanEnrolled: touched,
    PlanChanged: touched,
    PlanPaused: touched,
    PlanResumed: touched,
    PlanEnded: touched,
    ClientDetailsChanged: (row, recorded) =>
      recorded.event.data.trade === undefined ? row : changed(row, recorded),
  },
};

/** Where the clock that lapses quiet clients is to look. */
export const lapseDue: Projection<LapseDueEvent> = {
  name: 'lapse-due',
  version: 3,
  streams: [CLIENT_STREAMS],
  tables: [lapseClocks],
};
