interface RefetchQueueOptions {
  fetchOne(id: number): Promise<void>;
  fetchAll(): Promise<void>;
  setTimer(callback: () => void, delayMs: number): () => void;
}

export interface RefetchQueue {
  request(id: number): void;
  requestAll(): void;
}

const gatherMs = 120;
/** From so many channels on, one list costs less than asking for each. */
const listFrom = 9;

/**
 * Gathers the channels that events say have changed, and asks for each once. While answers are
 * under way nothing else is asked, so a storm of events costs one round at a time.
 */
export function createRefetchQueue(options: RefetchQueueOptions): RefetchQueue {
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
    request(id) {
      ids.add(id);
      schedule();
    },
    requestAll() {
      wantsAll = true;
      schedule();
    },
  };
}
