import { Redis, type RedisOptions } from 'ioredis';

const longestRetryMs = 2_000;

/** What every connection has: it comes back by itself, and a dead socket is found out. */
const common = {
  retryStrategy: (times: number) => Math.min(times * 200, longestRetryMs),
  connectTimeout: 5_000,
  // A host that vanished closes no socket. Longer than any blocking read.
  socketTimeout: 20_000,
  // The channels are subscribed anew by their owner, who handles the failure too.
  autoResubscribe: false,
} satisfies RedisOptions;

type Options = Omit<RedisOptions, 'replyMapping'>;

/**
 * A connection whose errors have a listener from the first moment to the last, and that also owns the
 * copies which BullMQ makes of it for blocking reads.
 */
export class OwnedRedis extends Redis {
  readonly #copies: { disconnect(): void }[] = [];
  readonly #onError: (error: Error) => void;

  constructor(url: string, options: Options, onError: (error: Error) => void) {
    super(url, { ...common, ...options });
    this.#onError = onError;
    this.on('error', onError);
  }

  override duplicate<Override extends Partial<RedisOptions> | undefined = undefined>(
    override?: Override,
  ) {
    const copy = super.duplicate<Override>(override);
    copy.on('error', this.#onError);
    this.#copies.push(copy);
    return copy;
  }

  /** Lets go of it and its copies at once; what waits for an answer is refused. */
  release(): void {
    for (const redis of [this, ...this.#copies]) redis.disconnect();
  }
}
