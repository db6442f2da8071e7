export { createGateway, type Gateway, type GatewayOptions } from './create-gateway.ts';
export type { GatewayHandler } from './create-gateway-handler.ts';
export { gatewayOptionsOf, proxyEnvShape } from './env.ts';
