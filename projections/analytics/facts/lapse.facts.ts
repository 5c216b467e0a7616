import type { LapseMark } from '../../../src/client/lifecycle/lifecycle.marks.js';
import type { Table } from '../../../src/projecting/projection.js';
import { FACT_COLUMNS, factOf, facts, type FactColumns, type FactOf } from './fact-events.js';

/** A recorded lapse; `at` is the instant at which the window ran out. Held true until it is withdrawn. */
export type LapseFact = FactColumns & { lapse_id: string; last_serviced_at: string; window_days: number };

export const factLapse: Table<LapseFact> = {
  name: 'fact_lapse',
  columns: { ...FACT_COLUMNS, lapse_id: 'uuid', last_serviced_at: 'timestamptz', window_days: 'integer' },
  key: ['lapse_id', 'client_id', 'position'],
  indexes: [['client_id'], ['position']],
};

const lapseFact = (
  fact: FactOf<'ClientLapsed' | 'ClientAbsorbed'>,
  {
    lapseId,
    lastServicedAt,
    windowDays,
    at,
  }: Pick<LapseMark, 'lapseId' | 'lastServicedAt' | 'windowDays' | 'at'>,
): LapseFact => ({
  ...factOf(fact),
  at,
  lapse_id: lapseId,
  last_serviced_at: lastServicedAt,
  window_days: windowDays,
});

export const lapseFacts = facts(factLapse, {
  ClientLapsed: (fact) => [lapseFact(fact, { ...fact.event.data, at: fact.event.occurredAt })],
  ClientAbsorbed: (fact) => fact.event.data.life.lapses.map((lapse) => lapseFact(fact, lapse)),
});

/** The return from a lapse, at the service that ended it. Held true until it is withdrawn. */
export type ReturnFact = FactColumns & {
  lapse_id: string;
  service_id: string;
  /** the win-back attempt that it is owed to; null also where it was taken over from another client before that was passed on */
  attempt_id: string | null;
};

export const factReturn: Table<ReturnFact> = {
  name: 'fact_return',
  columns: { ...FACT_COLUMNS, lapse_id: 'uuid', service_id: 'uuid', attempt_id: 'uuid?' },
  key: ['lapse_id', 'client_id', 'position'],
  indexes: [['client_id'], ['position']],
};

export const returnFacts = facts(factReturn, {
  ClientReactivated: (fact) => {
    const { lapseId, serviceId, attemptId } = fact.event.data;
    return [{ ...factOf(fact), lapse_id: lapseId, service_id: serviceId, attempt_id: attemptId ?? null }];
  },
  ClientAbsorbed: (fact) =>
    fact.event.data.life.lapses.flatMap(({ lapseId, reactivation }) =>
      reactivation === null
        ? []
        : [
            {
              ...factOf(fact),
              at: reactivation.at,
              lapse_id: lapseId,
              service_id: reactivation.serviceId,
              attempt_id: reactivation.attemptId ?? null,
            },
          ],
    ),
});

/** That the client was closed, or reopened. */
export type ClosureFact = FactColumns & { change: 'closed' | 'reopened'; reason: string | null };

export const factClosure: Table<ClosureFact> = {
  name: 'fact_closure',
  columns: { ...FACT_COLUMNS, change: 'text', reason: 'text?' },
  key: ['client_id', 'position'],
  indexes: [['position']],
};

export const closureFacts = facts<ClosureFact>(factClosure, {
  ClientClosed: (fact) => [{ ...factOf(fact), change: 'closed', reason: fact.event.data.reason }],
  // Why it is back is in the words of the staff; it has no place here.
  ClientReopened: (fact) => [{ ...factOf(fact), change: 'reopened', reason: null }],
});
