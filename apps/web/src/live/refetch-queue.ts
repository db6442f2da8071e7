interface RefetchQueueOptions {
  fetchOne(id: number): Promise<void>;
  fetchAll(): Promise<void>;
  setTimer(callback: () => void, delayMs: number): () => void;
}

const gatherMs = 120;
/** From this many channels on, one list is cheaper than one request for each. */
const listFrom = 9;

/**
 * Collects the channels that changed according to events, and asks for each once. It waits for the
 * answers before it asks again, so a storm of events never causes parallel requests.
 */
export function createRefetchQueue(options: RefetchQueueOptions) {
  const ids = new Set<number>();
  let wantsAll = false;
  let isScheduled = false;
  let isFetching = false;

  const schedule = () => {
    if (isScheduled || isFetching) return;
    isScheduled = true;
    options.setTimer(() => void flush(), gatherMs);
  };

  const flush = async () => {
    isScheduled = false;
    isFetching = true;
    const batch = [...ids];
    const all = wantsAll || batch.length >= listFrom;
    ids.clear();
    wantsAll = false;
    try {
      if (all) await options.fetchAll();
      else await Promise.all(batch.map((id) => options.fetchOne(id)));
    } finally {
      isFetching = false;
      if (ids.size > 0 || wantsAll) schedule();
    }
  };

  return {
    request(id: number): void {
      ids.add(id);
      schedule();
    },
    requestAll(): void {
      wantsAll = true;
      schedule();
    },
  };
}
