export {
  type GivenSecrets,
  type MadeSecret,
  makeMissingSecrets,
} from './auth/first-start.ts';
export { resetAccess, resetHeading } from './auth/reset-access.ts';
export { firstStartHeading, showSecrets } from './auth/show-secrets.ts';
export { type Api, type ApiOptions, createApi } from './create-api.ts';
export type { ApiApp } from './create-routes.ts';
export { apiEnvShape, apiOptionsOf, refuseSameTokens } from './env.ts';
export { serveApi } from './serve-api.ts';
