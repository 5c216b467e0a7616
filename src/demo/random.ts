/**
 * Reproducible chance: the same seeds give the same numbers on every machine, now and later. The generator is sfc32
 * (Chris Doty-Humphrey's "small fast counting", 128 bits of state); the distributions are the textbook ones.
 */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  /** Each pair of seeds is a sequence of its own, so that one client's fate does not hang on another's. */
  constructor(seed: number, sequence: number) {
    this.a = seed | 0;
    this.b = sequence | 0;
    this.c = 0x9e3779b9;
    for (let i = 0; i < 15; i++) this.uniform();
  }

  /** @returns 0 ≤ x < 1 */
  uniform(): number {
    const sum = (this.a + this.b + this.counter++) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = ((this.c << 21) | (this.c >>> 11)) + sum;
    return (sum >>> 0) / 4_294_967_296;
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** @returns a whole number, both bounds inclusive */
  whole(min: number, max: number): number {
    return min + Math.floor(this.uniform() * (max - min + 1));
  }

  oneOf<T>(items: readonly T[]): T {
    return items[this.whole(0, items.length - 1)] as T;
  }

  /** @returns one of the items, the heavier the more often */
  weighted<T extends { readonly weight: number }>(items: readonly T[]): T {
    let left = this.uniform() * items.reduce((sum, { weight }) => sum + weight, 0);
    return items.find(({ weight }) => (left -= weight) < 0) ?? (items.at(-1) as T);
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.uniform())) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Gamma of scale 1 (mean = shape), by Marsaglia and Tsang. */
  gamma(shape: number): number {
    if (shape < 1) return this.gamma(shape + 1) * (1 - this.uniform()) ** (1 / shape);
    const d = shape - 1 / 3;
    for (;;) {
      const x = this.normal();
      const v = (1 + x / Math.sqrt(9 * d)) ** 3;
      if (v > 0 && Math.log(1 - this.uniform()) < x ** 2 / 2 + d - d * v + d * Math.log(v)) return d * v;
    }
  }

  beta(a: number, b: number): number {
    const x = this.gamma(a);
    return x / (x + this.gamma(b));
  }
}
