import type { Instant } from '../../schema/instant.js';
import type { Lifecycle, LifecycleState } from './lifecycle.evolve.js';

/** What brought a change of state about, in the client's own terms: the id of a service or lapse, or one of the `caused` names. */
export type Cause = string;

export const caused = {
  byConversion: 'conversion',
  /** of a client that was absorbed */
  byConversionOf: (clientId: string): Cause => `conversion/${clientId}`,
  byReturnFrom: (lapseId: string): Cause => `${lapseId}/end`,
  byClosure: (at: Instant): Cause => `closure/${at}`,
  byReopening: (at: Instant): Cause => `reopening/${at}`,
  byMerge: 'merge',
} as const;

export interface StateInterval {
  readonly state: LifecycleState;
  /** inclusive */
  readonly from: Instant;
  /** exclusive; null while it lasts */
  readonly to: Instant | null;
  readonly begunBy: Cause;
  readonly endedBy: Cause | null;
}

/**
 * The states of a client through business time, one after the other without gaps, up to its merge into another.
 * States that lasted no time (a client serviced at the instant of its conversion was never `new`) are left out.
 */
export function stateIntervals(lifecycle: Lifecycle): StateInterval[] {
  const { closures, mergedInto } = lifecycle;
  const lived = served(lifecycle);
  // Most clients are never closed or merged.
  if (closures.length === 0 && !mergedInto) return lived.filter(lasts);
  const open = lived.flatMap((interval) => outside(interval, closures));
  // A closure told for a time before the life began counts from its beginning only.
  const began = lived[0]?.from ?? '';
  const closed = closures.map(({ from, to }) => ({
    ...{ state: 'closed' as const, from: from < began ? began : from, to },
    begunBy: caused.byClosure(from),
    endedBy: to === null ? null : caused.byReopening(to),
  }));
  return [...open, ...closed]
    .map((interval) => (mergedInto ? endedAt(interval, mergedInto.at, caused.byMerge) : interval))
    .filter(lasts)
    .sort((a, b) => (a.from < b.from ? -1 : 1));
}

const lasts = ({ from, to }: StateInterval): boolean => to === null || from < to;

/** As if the client had never been closed or merged. */
function served(lifecycle: Lifecycle): StateInterval[] {
  const { services, lapses } = lifecycle;
  const changes: { state: LifecycleState; from: Instant; begunBy: Cause }[] = [];
  const enter = (state: LifecycleState, from: Instant, begunBy: Cause) =>
    changes.push({ state, from, begunBy });
  const began = beginning(lifecycle);
  const first = services[0];
  if (began && (!first || began.at < first.at)) enter('new', began.at, began.by);
  if (first) enter('active', first.at, first.serviceId);
  for (const { at: lapsedAt, lapseId, reactivation } of lapses) {
    enter('lapsed', lapsedAt, lapseId);
    if (!reactivation) continue;
    const { serviceId, at } = reactivation;
    enter('reactivated', at, caused.byReturnFrom(lapseId));
    const following = services[services.findIndex((service) => service.serviceId === serviceId) + 1];
    const lapsedAgain = lapses.find((later) => later.at > at);
    if (following && (!lapsedAgain || following.at < lapsedAgain.at)) {
      enter('active', following.at, following.serviceId);
    }
  }
  return changes.map(({ state, from, begunBy }, index) => {
    const next = changes[index + 1];
    return { state, from, to: next?.from ?? null, begunBy, endedBy: next?.begunBy ?? null };
  });
}

/** The earliest conversion: the client's own, or that of one it absorbed. */
function beginning({ convertedAt, absorbed }: Lifecycle): { at: Instant; by: Cause } | null {
  const conversions = [
    ...(convertedAt === null ? [] : [{ at: convertedAt, by: caused.byConversion as Cause }]),
    ...absorbed.map((one) => ({ at: one.convertedAt, by: caused.byConversionOf(one.clientId) })),
  ];
  return conversions.reduce<{ at: Instant; by: Cause } | null>(
    (earliest, one) => (earliest === null || one.at < earliest.at ? one : earliest),
    null,
  );
}

/** What of an interval lies outside the closures. */
function outside(interval: StateInterval, closures: Lifecycle['closures']): StateInterval[] {
  return closures.reduce<StateInterval[]>(
    (parts, { from, to }) =>
      parts.flatMap((part) => {
        const before = endedAt(part, from, caused.byClosure(from));
        if (to === null) return nonEmpty(before);
        const after = part.from < to ? { ...part, from: to, begunBy: caused.byReopening(to) } : part;
        return [...nonEmpty(before), ...nonEmpty(after)];
      }),
    [interval],
  );
}

const endedAt = (interval: StateInterval, at: Instant, by: Cause): StateInterval =>
  interval.to === null || interval.to > at ? { ...interval, to: at, endedBy: by } : interval;

const nonEmpty = (interval: StateInterval): StateInterval[] => (lasts(interval) ? [interval] : []);
