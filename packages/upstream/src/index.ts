export {
  type AnswerHandler,
  type AnswerHeaders,
  type AnswerSource,
  headerOf,
} from './answer-handler.ts';
export type { ExchangeOptions } from './collected-answer.ts';
export {
  createUpstream,
  type DispatchRequest,
  type Upstream,
  type UpstreamOptions,
} from './create-upstream.ts';
export { describeFault } from './describe-fault.ts';
export { type AllowPrivate, parseAllowPrivate } from './guard-address.ts';
