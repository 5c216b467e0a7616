import { DateTime } from 'luxon';
import type { RetentionEvent } from '../../projections/cohort-retention/cohort-retention.projection.js';
import type { Anchor } from '../../projections/cohort-retention/cohort-retention.tables.js';
import type { RetentionFigures } from '../../projections/cohort-retention/retention.figures.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';

type Fact = RecordedEvent<RetentionEvent>;

/**
 * Cohort retention straight from the definitions, client by client and fact by fact: slow, plain, and sharing no line with
 * what it checks.
 * @param asOf exclusive
 */
export function retentionModel(
  facts: readonly Fact[],
  { anchor, asOf, zone }: { anchor: Anchor; asOf: string; zone: string },
): RetentionFigures {
  const month = (at: string): string => DateTime.fromISO(at, { zone }).toFormat('yyyy-MM');
  const cohorts = new Map<string, { clients: number; servicesBefore: number }>();
  const cells = new Map<string, Set<string>>();
  const money = new Map<string, { amountMinor: number; services: number; clients: Set<string> }>();

  for (const client of new Set(facts.map(({ stream }) => stream))) {
    const own = facts.filter(({ stream, event }) => stream === client && event.occurredAt < asOf);
    const services = own
      .flatMap(({ event }) => (event.type === 'ClientServiced' ? [event] : []))
      .sort((a, b) => a.occurredAt.localeCompare(b.occurredAt));
    const conversion = own.find(({ event }) => event.type === 'ClientConverted')?.event;
    const placedBy = anchor === 'converted' ? conversion : services[0];
    if (!placedBy) continue;
    const cohort = month(placedBy.occurredAt);
    const size = cohorts.get(cohort) ?? { clients: 0, servicesBefore: 0 };
    cohorts.set(cohort, size);
    size.clients += 1;
    for (const { occurredAt, data } of services) {
      const [y, m] = month(occurredAt).split('-').map(Number) as [number, number];
      const [cohortY, cohortM] = cohort.split('-').map(Number) as [number, number];
      const k = 12 * (y - cohortY) + m - cohortM;
      if (k < 0) {
        size.servicesBefore += 1;
        continue;
      }
      const cell = `${cohort} ${k}`;
      cells.set(cell, (cells.get(cell) ?? new Set()).add(client));
      if (data.amountMinor === undefined) continue;
      const purse = `${cell} ${data.currency}`;
      const sum = money.get(purse) ?? { amountMinor: 0, services: 0, clients: new Set() };
      money.set(purse, sum);
      sum.amountMinor += data.amountMinor;
      sum.services += 1;
      sum.clients.add(client);
    }
  }
  return {
    cohorts: [...cohorts].map(([cohort, size]) => ({ cohort, ...size })),
    cells: [...cells].map(([cell, clients]) => {
      const [cohort, k] = cell.split(' ') as [string, string];
      return { cohort, k: Number(k), clients: clients.size };
    }),
    revenue: [...money].map(([purse, { amountMinor, services, clients }]) => {
      const [cohort, k, currency] = purse.split(' ') as [string, string, string];
      return { cohort, k: Number(k), currency, amountMinor, services, clients: clients.size };
    }),
  };
}
