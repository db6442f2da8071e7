import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The result of one run of wrk. */
export interface WrkResult {
  requests: number;
  requestsPerS: number;
  p50Ms: number;
  p99Ms: number;
}

export interface WrkOptions {
  url: string;
  key: string;
  bodyFile: string;
  connections: number;
  seconds: number;
  /** How long each connection waits before a request, on average. */
  pauseMs?: number;
}

const script = fileURLToPath(new URL('wrk.lua', import.meta.url));
const run = promisify(execFile);

/** Runs wrk for some seconds; rejects if any request failed or was refused. */
export async function runWrk(options: WrkOptions): Promise<WrkResult> {
  const { url, key, bodyFile, connections, seconds, pauseMs = 0 } = options;
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, url];
  const env = {
    ...process.env,
    BENCH_BODY_FILE: bodyFile,
    BENCH_KEY: key,
    BENCH_PAUSE_MS: String(pauseMs),
  };
  const { stdout } = await run('wrk', args, { env, timeout: (seconds + 20) * 1000 });
  const line = stdout.split('\n').find((text) => text.startsWith('{'));
  if (!line) throw new Error(`wrk reported nothing for ${url}: ${stdout}`);
  const { failures, ...result } = JSON.parse(line) as WrkResult & { failures: number };
  if (failures > 0) throw new Error(`${failures} requests to ${url} failed`);
  return result;
}
