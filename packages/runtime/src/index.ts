export { recogniseCaller } from './callers.ts';
export {
  callerKeyOf,
  clientAddressOf,
  isTrusted,
  limitKeyOf,
  parseTrustedProxies,
} from './client-address.ts';
export { createLogger, type Logger, logLevels } from './logger.ts';
export { Counter, createMetricsRegistry, Gauge, Histogram, Registry } from './metrics.ts';
export { createOutageWatch, type OutageWatch } from './outage-watch.ts';
export { passOnTo, peerHeader } from './pass-on.ts';
export { groupMetrics, leadGroup, leadsGroup, type MetricsSource } from './process-group.ts';
export { EnvError, envBoolean, envInt, envParsed, readEnv } from './read-env.ts';
export { sendDetail } from './send-detail.ts';
export {
  type HttpHandler,
  type HttpOptions,
  type HttpPlace,
  type HttpRefuser,
  type HttpServer,
  serveHttp,
} from './serve-http.ts';
export { createShutdown, type Shutdown, shutDownOnSignals } from './shutdown.ts';
