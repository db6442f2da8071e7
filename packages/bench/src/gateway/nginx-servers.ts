import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Nginx, startNginx } from '@api-monitor/test-servers';
import { chunksPerStream, jsonAnswer, streamEnd, streamEvent } from './answers.ts';
import { onCore } from './cores.ts';

// No needless work, because it runs while the contenders are measured.
const quick = `keepalive_requests 1000000000; default_type application/json;
  client_max_body_size 60m; client_body_buffer_size 256k;`;

const event = streamEvent('0'.repeat(16));

/**
 * A provider that isn't a bottleneck: an nginx with a short answer under `/json` and a stream of 50
 * chunks without a pause under `/burst`. It ignores what is posted.
 */
export async function startProvider(folder: string, core: number): Promise<Nginx> {
  const answerFolder = join(folder, 'burst', 'v1', 'chat');
  await mkdir(answerFolder, { recursive: true });
  await writeFile(join(answerFolder, 'completions'), event.repeat(chunksPerStream) + streamEnd);
  // nginx reads the file in pieces of one event and sends each separately; a filter that finds nothing
  // removes the length, so the answer is chunked. nginx answers a POST for a file with a 405.
  const server = `
    location = /json/v1/chat/completions { return 200 '${jsonAnswer}'; }
    location = /burst/v1/chat/completions {
      root ${folder}; default_type text/event-stream; error_page 405 =200 $uri;
      sendfile off; output_buffers 1 ${event.length}; postpone_output 0;
      sub_filter_types text/event-stream; sub_filter '~~~~' '';
    }`;
  return startNginx({ command: commandOn(core), server, http: quick });
}

interface ReverseProxy {
  core: number;
  /** Where `/json` and `/burst` are served, and `/paced` and `/brief`. */
  provider: string;
  streamProvider: string;
}

/** What the gateway is compared with: nginx as a reverse proxy that keeps its connections alive. */
export function startReverseProxy({
  core,
  provider,
  streamProvider,
}: ReverseProxy): Promise<Nginx> {
  const upstream = (name: string, origin: string) =>
    `upstream ${name} { server ${new URL(origin).host}; keepalive 1024; keepalive_requests 1000000000; }\n`;
  return startNginx({
    command: commandOn(core),
    http: quick + upstream('provider', provider) + upstream('streams', streamProvider),
    server: `
      proxy_http_version 1.1; proxy_buffering off;
      proxy_set_header Connection ""; proxy_set_header Authorization "Bearer sk-of-the-channel";
      location / { proxy_pass http://provider; }
      location /paced/ { proxy_pass http://streams; }
      location /brief/ { proxy_pass http://streams; }`,
  });
}

/** Runs an nginx with one worker on a core. */
function commandOn(core: number): [string, ...string[]] {
  const { command, args } = onCore(core, 'nginx', []);
  return [command, ...args];
}
