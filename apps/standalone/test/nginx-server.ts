import { findNginx, installTimeoutMs, startNginx } from '@api-monitor/test-servers';
import { onTestFinished } from 'vitest';

/** For a test that starts an nginx, because it may have to install it first. */
export const nginxTestTimeoutMs = installTimeoutMs + 60_000;

interface Options {
  /** Directives of the `server` block, instead of a `location /` that forwards everything. */
  server?: string;
  /** Directives of the `http` block. */
  http?: string;
}

/**
 * An nginx on loopback in front of `port`, with nginx's own defaults and persistent connections to that
 * port, which is `proxy_pass http://product`. It is stopped when the test ends.
 */
export async function nginxBefore(port: number, { server, http = '' }: Options = {}) {
  const nginx = await startNginx({
    command: [await findNginx()],
    http: `upstream product { server 127.0.0.1:${port}; keepalive 16; } ${http}`,
    server: server ?? passEverythingOn,
  });
  onTestFinished(nginx.stop);
  return nginx;
}

// https://nginx.org/en/docs/http/ngx_http_upstream_module.html#keepalive
const passEverythingOn = `
  location / {
    proxy_pass http://product;
    proxy_http_version 1.1; proxy_set_header Connection "";
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Proto $scheme;
  }`;
