import { DateTime } from 'luxon';
import type { Anchor } from '../../projections/cohort-retention/cohort-retention.tables.js';
import type { Mode, RetentionFigures } from '../../projections/cohort-retention/retention.figures.js';
import type { ServiceEvent } from '../../projections/analytics/facts/service-movements.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';

type Fact = RecordedEvent<ServiceEvent>;

export interface CountedLife {
  readonly convertedAt: string;
  readonly services: readonly CountedService[];
}

interface CountedService {
  readonly id: string;
  readonly at: string;
  readonly amountMinor?: number | undefined;
  readonly currency?: string | undefined;
  /** whose figures it is in; null between the two halves of an unmerge */
  readonly of: string | null;
}

/**
 * Who is a client and with what life, straight from definitions §0, one fact after the other: slow, plain, and sharing no
 * line with what it checks. Of a merge it believes only who went into whom.
 * @returns the life that counts for each client
 */
export function countedLives(facts: readonly Fact[]): Map<string, CountedLife> {
  const conversions = new Map<string, string>();
  const partOf = new Map<string, string>();
  const out = new Set<string>();
  let services: CountedService[] = [];
  const change = (client: string, id: string, to: (service: CountedService) => CountedService[]) => {
    services = services.flatMap((one) => (one.of === client && one.id === id ? to(one) : [one]));
  };
  for (const { stream, event } of facts) {
    const client = stream.slice('client-'.length);
    switch (event.type) {
      case 'ClientConverted':
        conversions.set(client, event.occurredAt);
        break;
      case 'ClientServiced': {
        const { serviceId: id, amountMinor, currency } = event.data;
        services.push({ id, at: event.occurredAt, amountMinor, currency, of: client });
        break;
      }
      case 'ServiceCorrected': {
        const { serviceId, servicedAt: at, amountMinor, currency } = event.data;
        change(client, serviceId, (one) => [{ ...one, at, amountMinor, currency }]);
        break;
      }
      case 'ServiceVoided':
        change(client, event.data.serviceId, () => []);
        break;
      case 'ClientMergedInto':
        out.add(client);
        break;
      case 'ClientAbsorbed': {
        const { absorbedId } = event.data;
        partOf.set(absorbedId, client);
        services = services.map((one) => (one.of === absorbedId ? { ...one, of: client } : one));
        break;
      }
      case 'ClientUnmerged': {
        const { side, otherId, life } = event.data;
        const theirs = new Set(life.services.map(({ serviceId }) => serviceId));
        const [from, to] = side === 'survivor' ? [client, null] : [null, client];
        if (side === 'survivor') partOf.delete(otherId);
        else out.delete(client);
        services = services.map((one) => (one.of === from && theirs.has(one.id) ? { ...one, of: to } : one));
      }
    }
  }
  const partsOf = (client: string): string[] =>
    [...partOf].flatMap(([part, whole]) => (whole === client ? [part, ...partsOf(part)] : []));
  const living = [...conversions.keys()].filter((client) => !out.has(client));
  return new Map(
    living.map((client) => {
      const converted = [client, ...partsOf(client)].map((one) => conversions.get(one) as string);
      const own = services.filter(({ of }) => of === client).sort((a, b) => a.at.localeCompare(b.at));
      return [client, { convertedAt: converted.sort()[0] as string, services: own }];
    }),
  );
}

/**
 * Cohort retention of those lives, client by client and service by service.
 * @param asOf exclusive
 */
export function retentionModel(
  facts: readonly Fact[],
  { anchor, mode, asOf, zone }: { anchor: Anchor; mode: Mode; asOf: string; zone: string },
): RetentionFigures {
  const month = (at: string): string => DateTime.fromISO(at, { zone }).toFormat('yyyy-MM');
  const cohorts = new Map<string, { clients: number; servicesBefore: number }>();
  const cells = new Map<string, Set<string>>();
  const money = new Map<string, { amountMinor: number; services: number; clients: Set<string> }>();

  for (const [client, life] of countedLives(facts)) {
    const services = life.services.filter(({ at }) => at < asOf);
    const placedBy = anchor === 'converted' ? life.convertedAt : services[0]?.at;
    if (placedBy === undefined || placedBy >= asOf) continue;
    const cohort = month(placedBy);
    const size = cohorts.get(cohort) ?? { clients: 0, servicesBefore: 0 };
    cohorts.set(cohort, size);
    size.clients += 1;
    for (const { at, amountMinor, currency } of services) {
      const [y, m] = month(at).split('-').map(Number) as [number, number];
      const [cohortY, cohortM] = cohort.split('-').map(Number) as [number, number];
      const k = 12 * (y - cohortY) + m - cohortM;
      if (k < 0) {
        size.servicesBefore += 1;
        continue;
      }
      const cell = `${cohort} ${k}`;
      for (let earlier = mode === 'unbounded' ? 0 : k; earlier <= k; earlier++) {
        const kept = `${cohort} ${earlier}`;
        cells.set(kept, (cells.get(kept) ?? new Set()).add(client));
      }
      if (amountMinor === undefined) continue;
      const purse = `${cell} ${currency}`;
      const sum = money.get(purse) ?? { amountMinor: 0, services: 0, clients: new Set() };
      money.set(purse, sum);
      sum.amountMinor += amountMinor;
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
