const MEASURED_MS = 1_000;

/** How many events were handled: altogether, since the last measurement, and on average a second. */
export class Throughput {
  total = 0;
  sinceMeasurement = 0;
  perSecond = 0;
  #measuredAt = Date.now();
  readonly #since = Date.now();

  count(): void {
    this.total++;
    this.sinceMeasurement++;
  }

  tick(now: number): void {
    if (now - this.#measuredAt < MEASURED_MS) return;
    this.perSecond = Math.round(this.total / ((now - this.#since) / 1_000));
    this.sinceMeasurement = 0;
    this.#measuredAt = now;
  }
}
