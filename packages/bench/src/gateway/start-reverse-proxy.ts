import type { Nginx } from '@api-monitor/test-servers';
import { startNginx } from './start-nginx.ts';

interface Options {
  core: number;
  /** Where `/json` and `/burst` are served, and `/paced` and `/brief`. */
  providerOrigin: string;
  streamProviderOrigin: string;
}

/** What the gateway is compared with: nginx as a reverse proxy that keeps its connections alive. */
export function startReverseProxy(options: Options): Promise<Nginx> {
  const { core, providerOrigin, streamProviderOrigin } = options;
  return startNginx({
    core,
    http: upstream('provider', providerOrigin) + upstream('streams', streamProviderOrigin),
    server: `
      proxy_http_version 1.1; proxy_buffering off;
      proxy_set_header Connection ""; proxy_set_header Authorization "Bearer sk-of-the-channel";
      location / { proxy_pass http://provider; }
      location /paced/ { proxy_pass http://streams; }
      location /brief/ { proxy_pass http://streams; }`,
  });
}

function upstream(name: string, origin: string): string {
  const { host } = new URL(origin);
  return `upstream ${name} { server ${host}; keepalive 1024; keepalive_requests 1000000000; }\n`;
}
