/** Chance that can be had again by its seed. */
export type Random = {
  /** 0 ≤ x < 1 */
  readonly next: () => number;
  readonly one: <T>(of: readonly T[]) => T;
  /** `count` of them, some perhaps twice. */
  readonly some: <T>(of: readonly T[], count: number) => readonly T[];
};

/** mulberry32. */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const one = <T>(of: readonly T[]): T => {
    const found = of[Math.floor(next() * of.length)];
    if (found === undefined) throw new RangeError('there is nothing to choose from');
    return found;
  };
  return {
    next,
    one,
    some: (of, count) => (of.length === 0 ? [] : Array.from({ length: count }, () => one(of))),
  };
}
