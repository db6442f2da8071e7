export { resetAccess, resetHeading } from './auth/reset-access.ts';
export {
  firstStartHeading,
  type GivenSecrets,
  type MadeSecret,
  makeMissingSecrets,
  showSecrets,
} from './auth/secrets.ts';
export { type Api, type ApiOptions, createApi } from './create-api.ts';
export type { ApiApp } from './create-routes.ts';
export { apiEnvShape, apiOptionsOf, refuseSameTokens } from './env.ts';
export { serveApi } from './serve-api.ts';
