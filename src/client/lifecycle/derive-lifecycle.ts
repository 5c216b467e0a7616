import { plusDays, type Instant } from '../../schema/instant.js';
import type { ServiceMark } from './lifecycle.evolve.js';

/** A lapse that the services bear out. */
export interface DerivedLapse {
  readonly lastServicedAt: Instant;
  readonly at: Instant;
  readonly windowDays: number;
  readonly reactivation: { readonly serviceId: string; readonly at: Instant } | null;
}

/**
 * The lifecycle invariant: what lapses and returns a row of services comes to (domain.md; definitions.md §4, rule `ge`).
 * A client serviced at s lapses at exactly s + window if no service lies in the open interval (s, s + window); a service
 * at exactly s + window finds the client lapsed and reactivates it.
 * @param services by business time
 * @param windowAfter days of inactivity, after the given service, that make a lapse
 * @param now lapses due up to now (inclusive) are counted
 */
export function deriveLifecycle(
  services: readonly ServiceMark[],
  windowAfter: (service: ServiceMark) => number,
  now: Instant,
): DerivedLapse[] {
  return services.flatMap((service, index) => {
    const next = services[index + 1];
    const windowDays = windowAfter(service);
    const at = plusDays(service.at, windowDays);
    const lapsed = at <= (next?.at ?? now);
    const reactivation = next ? { serviceId: next.serviceId, at: next.at } : null;
    return lapsed ? [{ lastServicedAt: service.at, at, windowDays, reactivation }] : [];
  });
}
