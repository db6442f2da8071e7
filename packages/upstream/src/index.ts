export type { AnswerHandler, AnswerSource } from './answer-handler.ts';
export type { ChannelDispatch, DispatchRequest } from './channel-dispatch.ts';
export {
  createUpstream,
  type ExchangeOptions,
  type Upstream,
  type UpstreamOptions,
} from './create-upstream.ts';
export { describeFault } from './describe-fault.ts';
export { type AllowPrivate, parseAllowPrivate } from './guard-address.ts';
export { headerOf } from './header-of.ts';
