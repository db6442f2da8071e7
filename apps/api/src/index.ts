export {
  type GivenSecrets,
  type MadeSecret,
  makeMissingSecrets,
  readProxyMasterToken,
} from './auth/first-start.ts';
export { type Api, type ApiOptions, createApi } from './create-api.ts';
export type { ApiApp } from './create-routes.ts';
export { apiEnvShape } from './env.ts';
export { type HttpServer, type ServeOptions, serveApi } from './serve-api.ts';
