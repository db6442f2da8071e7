import type { SharedSlots, SlotAnswer, SlotName } from './bus.ts';

/** A channel with the bounds of what it is sent by all processes together; 0: no bound. */
export interface BoundedChannel {
  id: number;
  max_concurrency: number;
  min_gap_ms: number;
}

export interface Slot<Channel> {
  channel: Channel;
  /** Call it when the request has ended; further calls do nothing. */
  give: () => void;
}

/** Why there is no slot: all are taken, too many others wait for one already, or the caller gave up. */
export type NoSlot = 'full' | 'crowded' | 'aborted';

interface Waiting {
  /** How long to wait if none is free. */
  waitMs: number;
  signal?: AbortSignal | undefined;
}

interface Options {
  slots: SharedSlots;
  /** Names this process's slots; no other process has the same. */
  processName: string;
  /** Any clock that isn't set. */
  nowMs: () => number;
  /** How many requests may wait. */
  waitingLimit?: number;
  lifeMs?: number;
}

interface Waiter {
  channels: readonly BoundedChannel[];
  end: (slot: Slot<BoundedChannel> | NoSlot) => void;
  isOver: boolean;
}

/** A killed process's slots are free again after this time. */
const slotLifeMs = 15_000;
const mostWaiting = 1_000;
/** How soon a waiter notices that another process gave a slot back. */
const pollMs = 100;

export type ChannelSlots = ReturnType<typeof createChannelSlots>;

/**
 * Keeps to the channels' bounds. The bounds hold for all processes together, probes and gateways; if the
 * shared slots can't be reached, each process keeps to them by itself. Within a process, the first to ask for a
 * channel gets its next slot. A channel without bounds costs nothing. The owner closes it.
 */
export function createChannelSlots({
  slots,
  processName,
  nowMs,
  waitingLimit = mostWaiting,
  lifeMs = slotLifeMs,
}: Options) {
  const held = new Map<string, SlotName>();
  /** Of this process. */
  const takenBy = new Map<number, number>();
  const lastAtMs = new Map<number, number>();
  const waiters = new Set<Waiter>();
  let made = 0;

  const count = (id: number, by: number) => {
    const taken = (takenBy.get(id) ?? 0) + by;
    if (taken > 0) takenBy.set(id, taken);
    else takenBy.delete(id);
  };

  /** Without the shared slots, this process's own count and clock apply. */
  const takeHere = ({ id, min_gap_ms }: BoundedChannel): SlotAnswer => {
    const waitMs = (lastAtMs.get(id) ?? Number.NEGATIVE_INFINITY) + min_gap_ms - nowMs();
    return waitMs > 0 ? { isTaken: false, waitMs } : { isTaken: true };
  };

  const tryTake = async <Channel extends BoundedChannel>(
    channel: Channel,
  ): Promise<Slot<Channel> | { waitMs: number | null }> => {
    const { id, max_concurrency: limit, min_gap_ms: gapMs } = channel;
    if (!isBounded(channel)) return { channel, give: () => {} };
    if (limit > 0 && (takenBy.get(id) ?? 0) >= limit) return { waitMs: null };
    made += 1;
    const name = { key: String(id), slot: `${processName}:${made}` };
    count(id, 1);
    const answer = await slots
      .take({ ...name, limit, gapMs, lifeMs })
      .catch(() => takeHere(channel));
    if (!answer.isTaken) {
      count(id, -1);
      return answer;
    }
    if (gapMs > 0) lastAtMs.set(id, nowMs());
    if (limit > 0) held.set(name.slot, name);
    let isGiven = false;
    const give = () => {
      if (isGiven) return;
      isGiven = true;
      count(id, -1);
      // If this fails, the slot is free again after its life.
      if (held.delete(name.slot)) slots.give(name).catch(() => {});
      void serve();
    };
    return { channel, give };
  };

  let isServing = false;
  let isAskedAgain = false;
  let timer: NodeJS.Timeout | undefined;
  /** Gives what is free to the waiters, those that came first before the others. */
  const serve = async () => {
    isAskedAgain = true;
    if (isServing || waiters.size === 0) return;
    isServing = true;
    clearTimeout(timer);
    let soonestMs = pollMs;
    while (isAskedAgain) {
      isAskedAgain = false;
      const full = new Set<number>();
      for (const waiter of waiters) {
        for (const channel of waiter.channels) {
          if (waiter.isOver || full.has(channel.id)) continue;
          const got = await tryTake(channel);
          if (!('give' in got)) {
            full.add(channel.id);
            soonestMs = Math.min(soonestMs, got.waitMs ?? pollMs);
          } else if (waiter.isOver) got.give();
          else waiter.end(got);
        }
      }
    }
    isServing = false;
    if (waiters.size > 0) timer = setTimeout(serve, Math.max(1, soonestMs)).unref();
  };

  const wait = (channels: readonly BoundedChannel[], { waitMs, signal }: Waiting) =>
    new Promise<Slot<BoundedChannel> | NoSlot>((resolve) => {
      const onAbort = () => waiter.end('aborted');
      const deadline = setTimeout(() => waiter.end('full'), waitMs);
      const waiter: Waiter = {
        channels,
        isOver: false,
        end(result) {
          if (waiter.isOver) return;
          waiter.isOver = true;
          waiters.delete(waiter);
          clearTimeout(deadline);
          signal?.removeEventListener('abort', onAbort);
          resolve(result);
        },
      };
      waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      void serve();
    });

  const isAwaited = ({ id }: BoundedChannel) =>
    [...waiters].some(({ channels }) => channels.some((one) => one.id === id));

  const renewal = setInterval(() => {
    // If it fails, others may take what is still in use, as they may without the shared slots.
    if (held.size > 0) slots.renew([...held.values()], lifeMs).catch(() => {});
  }, lifeMs / 3).unref();

  return {
    /**
     * A slot of the first of these channels that has a free one; if none has, of the one that is free
     * first. Never rejects.
     */
    async take<Channel extends BoundedChannel>(
      channels: readonly Channel[],
      waiting: Waiting,
    ): Promise<Slot<Channel> | NoSlot> {
      for (const channel of channels) {
        // Those that wait for it came first.
        if (waiters.size > 0 && isBounded(channel) && isAwaited(channel)) continue;
        const got = await tryTake(channel);
        if (!('give' in got)) continue;
        if (!waiting.signal?.aborted) return got;
        got.give();
        return 'aborted';
      }
      if (waiting.signal?.aborted) return 'aborted';
      if (waiters.size >= waitingLimit) return 'crowded';
      if (waiting.waitMs <= 0) return 'full';
      return slotOfThese(channels, await wait(channels, waiting));
    },
    close(): void {
      clearInterval(renewal);
      clearTimeout(timer);
      for (const waiter of waiters) waiter.end('full');
    },
  };
}

export function isBounded({ max_concurrency, min_gap_ms }: BoundedChannel): boolean {
  return max_concurrency > 0 || min_gap_ms > 0;
}

function slotOfThese<Channel extends BoundedChannel>(
  channels: readonly Channel[],
  result: Slot<BoundedChannel> | NoSlot,
): Slot<Channel> | NoSlot {
  if (typeof result === 'string') return result;
  const channel = channels.find((one) => one === result.channel);
  return channel ? { ...result, channel } : 'full';
}
