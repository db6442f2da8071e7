/**
 * Works through `items` in their order, at most `lanes` at a time, until all are done or `signal`
 * aborts. Rejects with the first fault after the work under way has ended.
 */
export async function inLanes<Item>(
  items: readonly Item[],
  lanes: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  // One iterator for all lanes: each takes the next item that none has taken.
  const rest = items.values();
  let isBroken = false;
  const lane = async () => {
    for (const item of rest) {
      if (signal.aborted || isBroken) return;
      await work(item).catch((fault) => {
        isBroken = true;
        throw fault;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: lanes }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
