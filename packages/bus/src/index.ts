export type {
  Addition,
  Bus,
  EventBus,
  GatewayBus,
  JobQueue,
  SharedSlots,
  SharedSums,
  StoredEvent,
} from './bus.ts';
export {
  type BoundedChannel,
  type ChannelSlots,
  createChannelSlots,
  isBounded,
  type NoSlot,
  type Slot,
} from './channel-slots.ts';
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
