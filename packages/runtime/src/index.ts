export { databaseEnvShape, databaseOptionsOf } from './env/database-env.ts';
export { masterTokenEnvShape } from './env/master-token-env.ts';
export { EnvError, envBoolean, envInt, envParsed, readEnv } from './env/read-env.ts';
export { routingEnvShape, routingOptionsOf } from './env/routing-env.ts';
export { commonEnvShape, serviceEnvShape } from './env/service-env.ts';
export { trustedProxiesEnvShape } from './env/trusted-proxies-env.ts';
export { recogniseCaller } from './http/callers.ts';
export {
  callerKeyOf,
  clientAddressOf,
  isTrusted,
  limitKeyOf,
  parseTrustedProxies,
} from './http/client-address.ts';
export { passOnTo, peerHeader } from './http/pass-on.ts';
export { sendDetail } from './http/send-detail.ts';
export {
  type HttpHandler,
  type HttpOptions,
  type HttpPlace,
  type HttpRefuser,
  type HttpServer,
  serveHttp,
} from './http/serve-http.ts';
export { serveService } from './http/serve-service.ts';
export { describeStartFault } from './process/describe-start-fault.ts';
export type { Service } from './process/open-service.ts';
export {
  groupMetrics,
  leadGroup,
  leadsGroup,
  type MetricsSource,
} from './process/process-group.ts';
export { runService } from './process/run-service.ts';
export { createShutdown, type Shutdown, shutDownOnSignals } from './process/shutdown.ts';
export { createLogger, type Logger, logLevels } from './reports/logger.ts';
export { Counter, createMetricsRegistry, Gauge, Histogram, Registry } from './reports/metrics.ts';
export { createOutageWatch, type OutageWatch } from './reports/outage-watch.ts';
