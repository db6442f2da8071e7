import { setImmediate as yieldToEventLoop } from 'node:timers/promises';

const sliceMs = 10;

/** Maps a long list, item by item, and yields to the event loop every few milliseconds. */
export async function mapInSlices<Item, Result>(
  items: readonly Item[],
  map: (item: Item, index: number) => Result | Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let endsAt = performance.now() + sliceMs;
  for (const [index, item] of items.entries()) {
    if (performance.now() >= endsAt) {
      await yieldToEventLoop();
      endsAt = performance.now() + sliceMs;
    }
    results.push(await map(item, index));
  }
  return results;
}
