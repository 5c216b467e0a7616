import type { AdoptedPolicy } from './policy.events.js';

/**
 * Which inactivity makes a lapse (docs/explanation/lapses.md).
 * `fixed`: the same window for every client. `graded`: the first that applies of the interval of the plan the service
 * was done under × factor, the client's own median gap × factor, the default of the service type, that of the trade,
 * the default of the business; never less than the floor.
 */
export type LapsePolicy = FixedPolicy | GradedPolicy;

export interface FixedPolicy {
  readonly kind: 'fixed';
  readonly version: number;
  readonly windowDays: number;
}

export interface GradedPolicy {
  readonly kind: 'graded';
  readonly version: number;
  readonly factor: number;
  readonly floorDays: number;
  readonly defaultDays: number;
  /** by names in lower case, as the next */
  readonly tradeDays: Readonly<Record<string, number>>;
  /** by the business's own names */
  readonly serviceTypeDays: Readonly<Record<string, number>>;
  /** whether a client's own cadence counts */
  readonly ownCadence: boolean;
}

/** The rules that can give a window. */
export const WINDOW_BASES = [
  'fixed',
  'plan',
  'own_cadence',
  'service_type',
  'trade',
  'default',
  'floor',
] as const;
export type WindowBasis = (typeof WINDOW_BASES)[number];

/** The policy that holds until a business adopts one of its own. */
export const shippedLapsePolicy: GradedPolicy = {
  kind: 'graded',
  version: 0,
  factor: 2,
  floorDays: 30,
  defaultDays: 90,
  tradeDays: { cleaning: 60, salon: 60, hvac: 540, plumbing: 720, electrical: 720 },
  serviceTypeDays: {},
  ownCadence: true,
};

/** @returns the shortest window, in days, that the policy can give to any client */
export function shortestWindowDays(policy: LapsePolicy): number {
  return policy.kind === 'fixed' ? policy.windowDays : policy.floorDays;
}

/** @returns the policy that is in force once one was adopted: names matched whatever their case */
export function policyOf({ version, reason: _reason, ...terms }: AdoptedPolicy): LapsePolicy {
  if (terms.kind === 'fixed') return { kind: 'fixed', version, windowDays: terms.windowDays as number };
  const { tradeDays, serviceTypeDays } = terms;
  return {
    ...(terms as Omit<GradedPolicy, 'version'>),
    version,
    tradeDays: inLowerCase(tradeDays),
    serviceTypeDays: inLowerCase(serviceTypeDays),
  };
}

const inLowerCase = (days: Readonly<Record<string, number>> = {}): Record<string, number> =>
  Object.fromEntries(Object.entries(days).map(([name, window]) => [name.toLowerCase(), window]));
