import { DateTime } from 'luxon';
import type { Anchor } from '../../projections/cohort-retention/cohort-retention.tables.js';
import type { Mode } from '../../projections/cohort-retention/retention.figures.js';
import type { ServiceEvent } from '../../projections/analytics/facts/service-movements.js';
import { clientDecider } from '../../src/client/client.decider.js';
import { clientIdOf, type ClientEvent } from '../../src/client/client.events.js';
import type { ClientState } from '../../src/client/client.slices.js';
import type { LapseMark } from '../../src/client/lifecycle/lifecycle.marks.js';
import type { RecordedEvent } from '../../src/event-store/envelope.js';
import { plusDays } from '../../src/schema/instant.js';

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

/** What is asked of the model: the parameters of a report, as plain as they come. */
export interface ModelQuestion {
  readonly anchor: Anchor;
  readonly mode: Mode;
  readonly asOf: string;
  readonly zone: string;
  readonly grain: 'week' | 'month' | 'quarter';
  /** windows of elapsed time; undefined for the calendar */
  readonly days?: number | undefined;
  readonly brackets?: readonly { readonly from: number; readonly to: number }[] | undefined;
  /** lapses worked out by a fixed window; undefined for those on record */
  readonly windowDays?: number | undefined;
  readonly tieRule?: 'ge' | 'gt' | undefined;
}

/** A life, and what of it is on record beside services. */
export interface ModelLife extends CountedLife {
  readonly lapses: readonly Pick<LapseMark, 'at' | 'reactivation'>[];
  readonly closures: readonly { readonly from: string; readonly to: string | null }[];
}

/** The lives that these facts tell of, with what the write side made of them. */
export function livesIn(facts: readonly RecordedEvent<ClientEvent>[]): ModelLife[] {
  const states = new Map<string, ClientState>();
  for (const { stream, event } of facts)
    states.set(
      clientIdOf(stream),
      clientDecider.evolve(states.get(clientIdOf(stream)) ?? clientDecider.initial, event),
    );
  return [...countedLives(facts as RecordedEvent[] as RecordedEvent<ServiceEvent>[])].map(
    ([clientId, life]) => {
      const { lapses, closures } = (states.get(clientId) as ClientState).lifecycle;
      return { ...life, lapses, closures };
    },
  );
}

export interface ModelCohort {
  readonly cohort: string;
  readonly size: number;
  readonly before: number;
  readonly cells: readonly { readonly k: number; readonly numerator: number; readonly denominator: number }[];
  /** by currency, of each cell what it brought */
  readonly money: Readonly<Record<string, readonly number[]>>;
}

/**
 * Cohort retention of lives, client by client, cell by cell and service by service, straight from definitions §1.
 * @returns cohorts in order of time
 */
export function retentionModel(lives: Iterable<ModelLife>, question: ModelQuestion): ModelCohort[] {
  const { anchor, asOf, zone, grain, days, brackets } = question;
  const place = (at: string) => DateTime.fromISO(at, { zone }).startOf(grain);
  const plus = (start: DateTime, n: number) =>
    grain === 'quarter' ? start.plus({ months: 3 * n }) : start.plus({ [`${grain}s`]: n });
  const label = (start: DateTime) =>
    start.toFormat({ week: "kkkk-'W'WW", month: 'yyyy-MM', quarter: "yyyy-'Q'q" }[grain]);
  const placed = [...lives].flatMap((life) => {
    const services = life.services.filter(({ at }) => at < asOf);
    const anchored = anchor === 'converted' ? life.convertedAt : services[0]?.at;
    if (anchored === undefined || anchored >= asOf) return [];
    return [{ ...life, services, anchored, start: place(anchored) }];
  });
  const cohorts = new Map<string, typeof placed>();
  for (const one of placed) cohorts.set(label(one.start), [...(cohorts.get(label(one.start)) ?? []), one]);

  return [...cohorts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([cohort, clients]) => {
      const [{ start }] = clients as [(typeof clients)[number]];
      /** The bounds of windows of a client: [from, to) of the k-th. */
      const bound = (one: (typeof clients)[number], k: number): number =>
        days === undefined ? plus(start, k).toMillis() : Date.parse(one.anchored) + k * days * 86_400_000;
      const until = Date.parse(asOf);
      const cells: { k: number; numerator: number; denominator: number }[] = [];
      const money: Record<string, number[]> = {};
      const ranges = brackets ?? Array.from({ length: 1500 }, (_, k) => ({ from: k, to: k }));
      for (const { from, to } of ranges) {
        const counted = clients.filter((one) =>
          days === undefined ? bound(one, from) < until : bound(one, to + 1) <= until,
        );
        if (counted.length === 0) {
          if (brackets) continue;
          break;
        }
        const within = (one: (typeof clients)[number]) =>
          one.services.filter(({ at }) => {
            const time = Date.parse(at);
            return time >= bound(one, from) && (question.mode === 'unbounded' || time < bound(one, to + 1));
          });
        const kept = counted.filter((one) =>
          question.mode === 'status'
            ? isActive(one, new Date(Math.min(bound(one, to + 1), until)).toISOString(), question)
            : within(one).length > 0,
        );
        cells.push({ k: from, numerator: kept.length, denominator: counted.length });
        for (const { amountMinor, currency } of counted.flatMap(within)) {
          if (amountMinor === undefined) continue;
          const sums = (money[currency as string] ??= []);
          sums[cells.length - 1] = (sums[cells.length - 1] ?? 0) + amountMinor;
        }
      }
      const before = clients.reduce(
        (sum, one) => sum + one.services.filter(({ at }) => Date.parse(at) < bound(one, 0)).length,
        0,
      );
      return { cohort, size: clients.length, before, cells, money };
    });
}

/** Whether a client is active just before an instant, by definitions §4. */
export function isActive(
  { services, lapses, closures }: ModelLife,
  at: string,
  { windowDays, tieRule = 'ge' }: Pick<ModelQuestion, 'windowDays' | 'tieRule'>,
): boolean {
  const before = services.filter((one) => one.at < at);
  const last = before.at(-1);
  if (last === undefined) return false;
  if (closures.some(({ from, to }) => from < at && (to === null || to >= at))) return false;
  if (windowDays !== undefined) return plusDays(last.at, windowDays) >= at;
  return !lapses.some((lapse) => {
    const back = lapse.reactivation?.at ?? null;
    return lapse.at < at && (back === null || back >= at) && !(tieRule === 'gt' && back === lapse.at);
  });
}
