import { findOnPath, findOrInstall, installTimeoutMs, startNginx } from '@api-monitor/test-servers';
import { onTestFinished } from 'vitest';

/** For a test that starts an nginx: the first one may have to install it. */
export const nginxTestTimeoutMs = installTimeoutMs + 60_000;

interface Options {
  /** Directives of the `server` block, in place of a `location /` that passes everything on. */
  server?: string;
  /** Directives of the `http` block. */
  http?: string;
}

/** Debian keeps it where only root's PATH leads. */
const sbin = '/usr/sbin';

/**
 * An nginx on loopback before `port`, with nginx's own defaults and kept connections to that port, which
 * `proxy_pass http://product` leads to. It is stopped when the test ends.
 */
export async function nginxBefore(port: number, { server, http = '' }: Options = {}) {
  const binary = await findOrInstall({
    name: 'nginx',
    find: () => findOnPath(['nginx'], [sbin]),
    debianPackage: 'nginx-light',
    advice: 'install nginx',
  });
  const nginx = await startNginx({
    command: [binary],
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
