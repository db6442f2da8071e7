export { createGateway, type Gateway, type GatewayOptions } from './create-gateway.ts';
export type { GatewayHandler } from './create-gateway-handler.ts';
export { gatewayOptionsOf, proxyEnvShape } from './env.ts';
export { createGatewayStore, type GatewayStore } from './gateway-store.ts';
export { remoteGatewayStore } from './remote-gateway-store.ts';
