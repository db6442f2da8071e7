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
export { type CodeService, openCodeService } from './transfer/code/code-service.ts';
export type { CodeReport } from './transfer/code/code-shapes.ts';
export { connectCodeService } from './transfer/code/command/connect-code-service.ts';
export { readCodeFiles } from './transfer/code/command/read-code-files.ts';
export { hasChanges, showReport } from './transfer/code/command/show-report.ts';
export {
  envText,
  filesAt,
  formatOfPath,
  listStrangers,
  writeFiles,
} from './transfer/code/command/write-code-files.ts';
