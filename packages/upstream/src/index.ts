export {
  type AnswerHandler,
  type AnswerHeaders,
  type AnswerSource,
  headerOf,
} from './answer/answer-handler.ts';
export type { ExchangeOptions } from './answer/collected-answer.ts';
export { describeFault } from './answer/describe-fault.ts';
export { retryAfterOf } from './answer/retry-after.ts';
export { type AllowPrivate, allowPrivateVariable } from './connect/guard-address.ts';
export {
  noProxies,
  noProxyVariable,
  type ProxyDefaults,
  proxyDefaultsOf,
  proxyVariable,
} from './connect/proxy/choose-proxy.ts';
export { createGuardedClient, type GuardedClient } from './create-guarded-client.ts';
export {
  createUpstream,
  type DispatchRequest,
  type OpenedConnection,
  type OpenRequest,
  type SentExchange,
  type Upstream,
  type UpstreamOptions,
} from './create-upstream.ts';
