import type { Instant } from '../../schema/instant.js';
import type { DueLapse } from './lapse-window.js';
import type { ServiceMark } from './lifecycle.marks.js';

/** A lapse that the services bear out. */
export interface DerivedLapse extends DueLapse {
  readonly reactivation: { readonly serviceId: string; readonly at: Instant } | null;
}

/**
 * The lifecycle invariant: what lapses and returns a row of services comes to (domain.md; definitions.md §4).
 * @param services by business time
 * @param dueAfter the lapse that follows the service at an index if no other service does
 * @param now lapses due up to now (inclusive) are counted
 * @param rule of a service at the very instant when the window runs out: by `ge` it finds the client lapsed and
 *   reactivates it, which is how lapses are recorded; by `gt` it comes in time
 */
export function deriveLifecycle(
  services: readonly ServiceMark[],
  dueAfter: (index: number) => DueLapse | null,
  now: Instant,
  rule: 'ge' | 'gt' = 'ge',
): DerivedLapse[] {
  return services.flatMap((_service, index) => {
    const next = services[index + 1];
    const due = dueAfter(index);
    if (!due || due.at > (next?.at ?? now) || (rule === 'gt' && due.at === next?.at)) return [];
    return [{ ...due, reactivation: next ? { serviceId: next.serviceId, at: next.at } : null }];
  });
}
