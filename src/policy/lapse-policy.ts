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
  readonly tradeDays: Readonly<Record<string, number>>;
  /** by the business's own names, whatever their case */
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
