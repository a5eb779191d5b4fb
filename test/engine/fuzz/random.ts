/** What follows from a seed, number after number (mulberry32). */
export class Random {
  constructor(private seed: number) {}

  /** A whole number from 0 on, below a limit. */
  below(limit: number): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** Whether something happens that happens so often in a hundred times. */
  percent(often: number): boolean {
    return this.below(100) < often;
  }

  /** One of some. @throws RangeError where there are none. */
  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError("nothing to choose from");
    return choices[this.below(choices.length)] as T;
  }
}
