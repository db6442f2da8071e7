import { getHeapStatistics } from 'node:v8';

/** What is known of this thread, and how its garbage is collected. */
export interface ThreadHeap {
  /** The processor time since the last call, as a part of that time. */
  busyShare(): number;
  /** What the heap takes, garbage and free room included. */
  heapBytes(): number;
  collect(): void;
}

const periodMs = 15_000;
/** A collection takes up to 0.1 s, which only a thread with almost nothing to do can spare. */
const quietShare = 0.02;
const worthwhileBytes = 4 * 1024 ** 2;

/**
 * Collects the garbage of this thread when it has little to do, if its heap has grown since it did so last,
 * and gives the free pages back to the system. V8 collects only to make room, and keeps the room that a start
 * or a burst of work needed. Does nothing without `--expose-gc`, which built programs start with.
 */
export function collectWhenQuiet(): void {
  const { gc: collect } = globalThis;
  if (!collect) return;
  let [usedMs, atMs] = [processorMs(), performance.now()];
  const look = createQuietCollector({
    busyShare() {
      const [usedBeforeMs, beforeMs] = [usedMs, atMs];
      [usedMs, atMs] = [processorMs(), performance.now()];
      return (usedMs - usedBeforeMs) / (atMs - beforeMs);
    },
    heapBytes: () => getHeapStatistics().total_heap_size,
    collect: () => collect({ type: 'major', flavor: 'last-resort' }),
  });
  setInterval(look, periodMs).unref();
}

/** The processor time of this thread: on a busy machine its event loop is active while it only waits for a turn. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Returns what is called once in each period. */
export function createQuietCollector({ busyShare, heapBytes, collect }: ThreadHeap): () => void {
  let collectedBytes = 0;
  return () => {
    if (busyShare() > quietShare || heapBytes() < collectedBytes + worthwhileBytes) return;
    collect();
    collectedBytes = heapBytes();
  };
}
