export { findOnPath, findOrInstall, installTimeoutMs } from './find-or-install.ts';
export { freePort } from './free-port.ts';
export { findNginx } from './install-nginx.ts';
export { type Nginx, startNginx } from './start-nginx.ts';
export {
  type ProxyOptions,
  startHttpProxy,
  startSocksProxy,
  type TestProxy,
} from './start-proxy.ts';
