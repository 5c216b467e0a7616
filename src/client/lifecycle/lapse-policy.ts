/** Which inactivity makes a lapse. */
export interface LapsePolicy {
  /** elapsed days of 86,400 s after the last service */
  readonly windowDays: number;
  /** the rule that gave the window, as recorded with every lapse */
  readonly basis: string;
  readonly version: number;
}

/** The policy that holds until a business adopts one of its own. */
export const shippedLapsePolicy: LapsePolicy = { windowDays: 90, basis: 'fixed', version: 0 };
