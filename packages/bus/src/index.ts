export type { Bus, FaultListener, GatewayBus } from './bus.ts';
export type { EventBus, EventListener, StoredEvent } from './event-bus.ts';
export {
  badTokens,
  createFailureLimiter,
  type FailureLimiter,
  type FailureLimits,
  guessLimits,
} from './failure-limiter.ts';
export { createInProcessBus } from './in-process/create-in-process-bus.ts';
export type { ConsumeOptions, JobHandler, JobQueue, QueueDepth } from './job-queue.ts';
export { createRedisBus, type RedisBusOptions } from './redis/create-redis-bus.ts';
export type { Addition, SharedSums } from './shared-sums.ts';
export { createThreadBus } from './thread/create-thread-bus.ts';
export { shareBus } from './thread/share-bus.ts';
export type { Ticker } from './ticker.ts';
