export { createLogger, type Logger, logLevels } from './logger.ts';
export { Counter, createMetricsRegistry, Gauge, Histogram, Registry } from './metrics.ts';
export { EnvError, envBoolean, envInt, envParsed, readEnv } from './read-env.ts';
export { type HttpHandler, type HttpServer, serveHttp } from './serve-http.ts';
export { createShutdown, type Shutdown, shutDownOnSignals } from './shutdown.ts';
