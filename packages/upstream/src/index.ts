export {
  createUpstream,
  type ExchangeOptions,
  type Upstream,
  type UpstreamOptions,
} from './create-upstream.ts';
export { type AllowPrivate, parseAllowPrivate } from './guard-address.ts';
