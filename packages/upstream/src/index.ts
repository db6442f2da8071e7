export { createUpstream, type Upstream } from './create-upstream.ts';
