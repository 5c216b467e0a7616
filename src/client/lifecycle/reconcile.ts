import type { Instant } from '../../schema/instant.js';
import type { CommandFrame } from '../client-command.js';
import { lapsed, lapseRevoked, returned, returnRevoked, type Telling } from './lapse-facts.js';
import { dueAfter, dueBy, type DueLapse, type LapseSurroundings } from './lapse-window.js';
import { evolveLifecycle, stateOf, type Lifecycle } from './lifecycle.evolve.js';
import type { LapseMark, ServiceMark } from './lifecycle.marks.js';
import type { LifecycleEvent } from './lifecycle.events.js';

/** What the lapses of a client are judged by. */
export interface Judging extends Telling, Pick<CommandFrame, 'lapsesUpTo' | 'policy'> {
  readonly surroundings: LapseSurroundings;
}

/** What is found of lapses after the services changed. A lapse or a find comes with the service that ends it, if any. */
interface Verdicts {
  readonly withdrawn: LapseMark[];
  readonly standing: [LapseMark, ServiceMark | undefined][];
  readonly found: [DueLapse, ServiceMark | undefined][];
}

/**
 * The facts that make the recorded lapses and returns true again after the services changed (ADR 0004).
 *
 * A gap, from the instant of one service to that of the next, is judged once, when it comes to be: by the policy in force
 * and what is known at that moment. So only gaps that were none before are judged now. A lapse on record is judged by
 * what it was recorded with: it stands while no service lies within its window, and if the service it follows turns out
 * to have been at another time, its window runs from there. The last gap, which still grows, is `lapseDueBy`'s.
 * @param before the lifecycle before the services changed
 * @param after the lifecycle with the services as they are now, and the lapses as they were
 * @param elsewhere services in a row that were judged in another stream, of a client absorbed or restored
 */
export function reconcile(
  before: Lifecycle,
  after: Lifecycle,
  judging: Judging,
  elsewhere: readonly ServiceMark[] = [],
): LifecycleEvent[] {
  const { withdrawn, standing, found } = verdicts(before, after, judging, elsewhere);
  const events: LifecycleEvent[] = [];
  let lifecycle = after;
  const record = (event: LifecycleEvent) => {
    events.push(event);
    lifecycle = evolveLifecycle(lifecycle, event);
  };
  for (const lapse of withdrawn) {
    if (lapse.reactivation) record(returnRevoked(lapse, lapse.reactivation, judging));
    record(lapseRevoked(lapse, judging));
  }
  for (const [lapse, by] of standing) {
    const { reactivation } = lapse;
    if (reactivation?.serviceId === by?.serviceId && reactivation?.at === by?.at) continue;
    if (reactivation) record(returnRevoked(lapse, reactivation, judging));
    if (by) record(returned(lifecycle, lapse, by, judging));
  }
  for (const [due, by] of found) {
    const lapse = lapsed(lifecycle, due, judging);
    record(lapse);
    if (by) record(returned(lifecycle, { lapseId: lapse.data.lapseId, at: due.at }, by, judging));
  }
  return events;
}

function verdicts(
  before: Lifecycle,
  after: Lifecycle,
  { policy, surroundings, lapsesUpTo }: Judging,
  elsewhere: readonly ServiceMark[],
): Verdicts {
  const withdrawn: LapseMark[] = [];
  const standing: Verdicts['standing'] = [];
  const found: Verdicts['found'] = [];
  const stretch = changedStretch(before.services, after.services);
  if (!stretch) return { withdrawn, standing, found };

  const onRecord = new Map<Instant, LapseMark>();
  for (const lapse of after.lapses) {
    if (lapse.lastServicedAt < stretch.from || lapse.lastServicedAt > stretch.to) continue;
    // Two clients served at the same instant, both lapsed, then pooled: one lapse is enough.
    if (onRecord.has(lapse.lastServicedAt)) withdrawn.push(lapse);
    else onRecord.set(lapse.lastServicedAt, lapse);
  }
  const oldGaps = gapsOf(before.services, stretch);
  const gaps = gapsOf(after.services, stretch);
  const judged = new Set([...oldGaps, ...gapsOf(elsewhere)].map(nameOf));
  const moved = movedLapses(oldGaps, gaps, onRecord);

  for (const gap of gaps) {
    const { service, next, index } = gap;
    const lapse = onRecord.get(service.at);
    const upTo = next?.at ?? lapsesUpTo;
    if (lapse) {
      onRecord.delete(service.at);
      if (next && next.at < lapse.at) withdrawn.push(lapse);
      else standing.push([lapse, next]);
      continue;
    }
    const window = moved.get(service.at);
    let due: DueLapse | null = null;
    if (window) due = dueBy(window, service.at, surroundings, upTo);
    else if (next && !judged.has(nameOf(gap)))
      due = dueAfter(policy, after.services, index, surroundings, upTo);
    if (due) found.push([due, next]);
  }
  // What is left begins at no service on record any more.
  withdrawn.push(...onRecord.values());
  return { withdrawn, standing, found };
}

interface Gap {
  /** the last one at its instant */
  readonly service: ServiceMark;
  readonly index: number;
  /** undefined where the gap still grows */
  readonly next: ServiceMark | undefined;
}

interface Stretch {
  /** place, in both rows, of the first service whose gap is not the same in both */
  readonly start: number;
  /** instants of the first and the last service whose gaps are not the same, both inclusive */
  readonly from: Instant;
  readonly to: Instant;
}

/** Services that are the same object are unchanged. @returns null if all are */
function changedStretch(before: readonly ServiceMark[], after: readonly ServiceMark[]): Stretch | null {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  if (head === before.length && head === after.length) return null;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  let start = Math.max(0, head - 1);
  while (start > 0 && before[start - 1]?.at === before[start]?.at) start--;
  const firsts = [before[start], after[start]].flatMap((one) => one?.at ?? []);
  const lasts = [before.at(-1 - tail), after.at(-1 - tail)].flatMap((one) => one?.at ?? []);
  const from = firsts.sort()[0] as Instant;
  return { start, from, to: lasts.sort().at(-1) ?? from };
}

/** @returns the gaps that begin at the services of a stretch, or of the whole row */
function gapsOf(services: readonly ServiceMark[], stretch?: Stretch): Gap[] {
  const gaps: Gap[] = [];
  for (let index = stretch?.start ?? 0; index < services.length; index++) {
    const service = services[index] as ServiceMark;
    const next = services[index + 1];
    if (stretch && service.at > stretch.to) break;
    if (next?.at !== service.at) gaps.push({ service, index, next });
  }
  return gaps;
}

const nameOf = ({ service, next }: Gap): string => `${service.at}>${next?.at ?? ''}`;

/** @returns by the instant where a gap begins now: the lapse recorded of it when its service was held to be at another */
function movedLapses(
  before: readonly Gap[],
  after: readonly Gap[],
  onRecord: ReadonlyMap<Instant, LapseMark>,
): ReadonlyMap<Instant, LapseMark> {
  const places = new Map(after.map(({ service }) => [service.serviceId, service.at]));
  const taken = new Set(places.values());
  return new Map(
    before.flatMap(({ service }) => {
      const lapse = onRecord.get(service.at);
      const place = places.get(service.serviceId);
      return lapse && place !== undefined && !taken.has(service.at) ? [[place, lapse]] : [];
    }),
  );
}

/** @returns the lapse that is due by an instant (inclusive): none where no clock runs (never serviced, lapsed, gone) */
export function lapseDueBy(lifecycle: Lifecycle, instant: Instant, judging: Judging): LifecycleEvent[] {
  const due = nextLapse(lifecycle, judging, instant);
  return due ? [lapsed(lifecycle, due, judging)] : [];
}

/** @returns the lapse to come (by an instant, inclusive, if it is given) if the client is not serviced before; null where no clock runs */
export function nextLapse(
  lifecycle: Lifecycle,
  { policy, surroundings }: Pick<Judging, 'policy' | 'surroundings'>,
  upTo?: Instant,
): DueLapse | null {
  const { services } = lifecycle;
  const running = ['active', 'reactivated'].includes(stateOf(lifecycle));
  return running ? dueAfter(policy, services, services.length - 1, surroundings, upTo) : null;
}
