import type { ServiceMark } from '../../src/client/lifecycle/lifecycle.marks.js';
import type { JoinRule } from '../../src/projecting/projection.js';
import { wholeDaysBetween, type Instant } from '../../src/schema/instant.js';
import { clientCard, type ClientCardRow } from '../client-record/client-card.js';
import { clientRecord, type ClientRecordRow } from '../client-record/client-record.js';
import { amountsOf, type Amount } from '../client-record/life-figures.js';
import { listOf } from '../client-record/outlook.js';

/**
 * An attempt to win a client back, and what came of it; or a return that no attempt led to. Which attempt a return is owed
 * to, the return itself says.
 */
export type WinBackRow = {
  /** of the attempt; of a return without one, or with one that is on no list of this client, of the lapse that it ended */
  win_back_id: string;
  client_id: string;
  organic: boolean;
  /** when it was attempted; where that is not known, and of a return without an attempt, when the client came */
  at: Instant;
  attempt: Attempted | null;
  returned_at: Instant | null;
  service_id: string | null;
  /** from the attempt to the return; for a return without one, from the lapse */
  days: number | null;
  /** since the return, and before the next lapse: how many services, and what they came to */
  services: number;
  revenue: Amount[];
};

/** Of one that came with a merge or went with an unmerge, no more is known here than that it was made. */
export type Attempted = { channel?: string; offer?: string; campaign?: string };

export const winBacks: JoinRule<ClientRecordRow, ClientCardRow, WinBackRow> = {
  shape: 'join',
  table: {
    name: 'win_back',
    columns: {
      win_back_id: 'uuid',
      client_id: 'uuid',
      organic: 'boolean',
      at: 'timestamptz',
      attempt: 'jsonb?',
      returned_at: 'timestamptz?',
      service_id: 'uuid?',
      days: 'integer?',
      services: 'integer',
      revenue: 'jsonb',
    },
    key: ['organic', 'at', 'win_back_id'],
  },
  from: [clientRecord.name, clientCard.name],
  rows: winBacksOf,
};

export function winBacksOf(record: ClientRecordRow, card: ClientCardRow): WinBackRow[] {
  const { client_id, state, lifecycle } = record;
  if (state === 'merged') return [];
  const returns = lifecycle.lapses.flatMap(({ lapseId, at: lapsedAt, reactivation }, index) => {
    if (!reactivation) return [];
    const until = lifecycle.lapses[index + 1]?.at;
    const { at: returned_at, serviceId: service_id, attemptId } = reactivation;
    const brought = broughtBetween(lifecycle.services, returned_at, until);
    return [{ lapseId, lapsedAt, attemptId, came: { returned_at, service_id, ...brought } }];
  });
  const attempts = listOf(card.items, 'attempts', 'attemptId').map(
    ({ attemptId, at = record.converted_at, ...attempt }): WinBackRow => {
      const led = returns.find((one) => one.attemptId === attemptId)?.came;
      const days = led ? wholeDaysBetween(at, led.returned_at) : null;
      const of = { win_back_id: attemptId, client_id, organic: false, at, attempt };
      return { ...of, ...(led ?? NO_RETURN), days };
    },
  );
  const listed = new Set(attempts.map(({ win_back_id }) => win_back_id));
  const others = returns
    .filter(({ attemptId }) => attemptId === undefined || !listed.has(attemptId))
    .map(({ lapseId, lapsedAt, attemptId, came }): WinBackRow => {
      const of = { win_back_id: lapseId, client_id, at: came.returned_at };
      return attemptId === undefined
        ? { ...of, organic: true, attempt: null, ...came, days: wholeDaysBetween(lapsedAt, came.returned_at) }
        : { ...of, organic: false, attempt: {}, ...came, days: null };
    });
  return [...attempts, ...others];
}

const NO_RETURN = { returned_at: null, service_id: null, services: 0, revenue: [] };

/** @param until exclusive; undefined while the stretch lasts */
function broughtBetween(services: readonly ServiceMark[], from: Instant, until: Instant | undefined) {
  const within = services.filter(({ at }) => at >= from && (until === undefined || at < until));
  return { services: within.length, revenue: amountsOf(within) };
}
