import { type Nginx, startNginx as start } from '@api-monitor/test-servers';
import { onCore } from './cores.ts';

interface Options {
  core: number;
  /** Directives of the `server` block, and beside it of `http`. */
  server: string;
  http?: string;
}

// Nothing that only costs time: the contenders are measured beside it.
const quick = `keepalive_requests 1000000000; default_type application/json;
  client_max_body_size 60m; client_body_buffer_size 256k;`;

/** Starts an nginx with one worker on a core. */
export function startNginx({ core, server, http = '' }: Options): Promise<Nginx> {
  const { command, args } = onCore(core, 'nginx', []);
  return start({ command: [command, ...args], server, http: quick + http });
}
