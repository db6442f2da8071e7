import { setTimeout as pause } from 'node:timers/promises';
import type { Product } from './start-product.ts';

const tickMs = 10;

/**
 * How long `work` keeps the product's event loop from anything else: the median, over the rounds, of
 * the longest delay that the product itself saw. Its timer ticks every 10 ms, so idle is about 10.
 */
export async function measureBlocking(
  product: Product,
  rounds: number,
  work: () => Promise<unknown>,
): Promise<number> {
  const longest: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Reading the metric begins a new measurement, at the tick that follows.
    await longestDelayMs(product);
    await pause(5 * tickMs);
    await work();
    // A delay is on record only when the late tick has come.
    await pause(5 * tickMs);
    longest.push(await longestDelayMs(product));
  }
  return longest.toSorted((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

async function longestDelayMs(product: Product): Promise<number> {
  const text = await (await product.fetch('/metrics')).text();
  return Number(/^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(text)?.[1]) * 1000;
}
