export type { Bus, EventBus, GatewayBus, JobQueue, SharedSums, StoredEvent } from './bus.ts';
export {
  badTokens,
  createFailureLimiter,
  type FailureLimiter,
  type FailureLimits,
  guessLimits,
} from './failure-limiter.ts';
export { createInProcessBus } from './in-process-bus.ts';
export { answerCalls, callOver } from './port-calls.ts';
export { createRedisBus } from './redis/create-redis-bus.ts';
export { createThreadBus, shareBus } from './thread-bus.ts';
