export { databaseEnvShape, databaseOptionsOf } from './database-env.ts';
export { describeStartFault } from './describe-start-fault.ts';
export { masterTokenEnvShape } from './master-token-env.ts';
export type { Service } from './open-service.ts';
export { routingEnvShape, routingOptionsOf } from './routing-env.ts';
export { runService } from './run-service.ts';
export { serveService } from './serve-service.ts';
export { commonEnvShape, serviceEnvShape } from './service-env.ts';
export { trustedProxiesEnvShape } from './trusted-proxies-env.ts';
