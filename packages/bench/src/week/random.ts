/** Random numbers that are the same for the same seed. */
export interface Random {
  /** From 0 up to 1. */
  next(): number;
  between(least: number, most: number): number;
  /** Most values are near the least, and some are a hundred times as large. */
  skewed(least: number, most: number): number;
  /** How long until the next of events that come at random so often. */
  wait(perSecond: number): number;
  pick<T>(items: readonly T[]): T;
}

/** Mulberry32; its numbers are good enough for a simulation. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    between: (least, most) => least + next() * (most - least),
    skewed: (least, most) => least * (most / least) ** next(),
    wait: (perSecond) => -Math.log(1 - next()) / perSecond,
    pick(items) {
      const item = items[Math.floor(next() * items.length)];
      if (item === undefined) throw new Error('nothing to pick from');
      return item;
    },
  };
}
