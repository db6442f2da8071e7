export { EnvError } from './env/env-error.ts';
export { envBoolean, envInt, envParsed, readEnv } from './env/read-env.ts';
export {
  apiTokenEnvShape,
  apiTokenOf,
  basePathEnvShape,
  commonEnvShape,
  databaseEnvShape,
  databaseOptionsOf,
  givenRoutingOf,
  givenSettingsOf,
  masterTokenEnvShape,
  metricsEnvShape,
  portVariable,
  publicUrlEnvShape,
  publicUrlOf,
  routingEnvShape,
  serviceEnvShape,
  settingsEnvShape,
  trustedProxiesEnvShape,
  visitorTokenEnvShape,
} from './env/service-env.ts';
export { rootPath } from './http/base-path.ts';
export { recogniseCaller } from './http/callers.ts';
export {
  callerKeyOf,
  clientAddressOf,
  isTrusted,
  limitKeyOf,
  requestAddressOf,
} from './http/client-address.ts';
export { forwardTo, peerHeader } from './http/forward.ts';
export {
  type BadRequestHandler,
  type HttpHandler,
  type HttpOptions,
  type HttpServer,
  type ListenAddress,
  serveHttp,
  type UpgradeHandler,
} from './http/serve-http.ts';
export { serveService } from './http/serve-service.ts';
export { collectWhenQuiet } from './process/collect-when-quiet.ts';
export { describeStartFault } from './process/describe-start-fault.ts';
export { runService } from './process/run-service.ts';
export { createShutdown, shutDownOnSignals } from './process/shutdown.ts';
export { createLogger, type Logger } from './reports/logger.ts';
export { Counter, createMetricsRegistry, Gauge, Histogram, Registry } from './reports/metrics.ts';
export { createOutageWatch, type OutageWatch } from './reports/outage-watch.ts';
export { createTally } from './reports/tally.ts';
export { version } from './version.ts';
