import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Nginx } from '@api-monitor/test-servers';
import { chunksPerStream, jsonAnswer, streamEnd, streamEvent } from './answers.ts';
import { startNginx } from './start-nginx.ts';

const event = streamEvent('0'.repeat(16));

/**
 * A provider that is no bottleneck: an nginx with a short answer under `/json` and a stream of 50
 * chunks without a pause under `/burst`. It reads whatever is posted, and forgets it.
 */
export async function startProvider(folder: string, core: number): Promise<Nginx> {
  const answerFolder = join(folder, 'burst', 'v1', 'chat');
  await mkdir(answerFolder, { recursive: true });
  await writeFile(join(answerFolder, 'completions'), event.repeat(chunksPerStream) + streamEnd);
  return startNginx({ core, server: locations(folder) });
}

/**
 * nginx reads the file in pieces of one event and sends each by itself; a filter that finds nothing
 * takes the length away, so that the answer comes chunked. A POST for a file is a 405 to nginx.
 */
function locations(folder: string): string {
  return `
    location = /json/v1/chat/completions { return 200 '${jsonAnswer}'; }
    location = /burst/v1/chat/completions {
      root ${folder}; default_type text/event-stream; error_page 405 =200 $uri;
      sendfile off; output_buffers 1 ${event.length}; postpone_output 0;
      sub_filter_types text/event-stream; sub_filter '~~~~' '';
    }`;
}
