import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onCore } from './gateway/cores.ts';

/** The whole product in embedded mode, in its own process on a free loopback port. */
export interface Product {
  origin: string;
  pid: number;
  /** A request with the API token; given up after 30 s, or when `init.signal` aborts. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The same without a limit, for an answer without end. */
  stream(path: string, init: RequestInit & { signal: AbortSignal }): Promise<Response>;
  /** Asks it to end, and kills it if it doesn't within 30 s. */
  stop(): Promise<Exit>;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  tookMs: number;
}

export interface ProductOptions {
  dataDir: string;
  /** The checkout whose built product is started; this one by default. */
  checkout?: string;
  env?: Record<string, string>;
  nodeOptions?: readonly string[];
  /** The one core that it may use; any by default. */
  core?: number;
  /** Every line of its log and of its standard error. */
  onLine?: (line: string) => void;
}

export const apiToken = 'token-of-the-benchmarks';

const thisCheckout = fileURLToPath(new URL('../../..', import.meta.url));
const startTimeoutMs = 30_000;
const stopTimeoutMs = 30_000;
const requestTimeoutMs = 30_000;

/** Rejects if it doesn't listen within 30 s. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const { command, args } = commandOf(options);
  const child = spawn(command, args, {
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: options.dataDir,
      API_MONITOR_TOKEN: apiToken,
      ...options.env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const origin = `http://127.0.0.1:${await portOf(child, options.onLine ?? (() => {}))}`;
  return {
    origin,
    pid: child.pid ?? Number.NaN,
    fetch: (path, init = {}) => send(origin + path, { ...init, signal: limited(init.signal) }),
    stream: (path, init) => send(origin + path, init),
    stop: () => stop(child),
  };
}

function commandOf({ nodeOptions = [], core, checkout = thisCheckout }: ProductOptions) {
  const main = join(checkout, 'apps/standalone/dist/main.js');
  return onCore(core, process.execPath, [...nodeOptions, main]);
}

function portOf(child: ChildProcess, onLine: (line: string) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error('the product did not start in time'));
    }, startTimeoutMs);
    child.once('exit', (code) => reject(new Error(`the product ended with code ${code}`)));
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => {
        onLine(line);
        const port = /listens on http:\/\/localhost:(\d+)/.exec(line)?.[1];
        if (!port) return;
        clearTimeout(late);
        resolve(port);
      });
    }
  });
}

function send(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${apiToken}`);
  return fetch(url, { ...init, headers });
}

function limited(signal: AbortSignal | null | undefined): AbortSignal {
  const late = AbortSignal.timeout(requestTimeoutMs);
  return signal ? AbortSignal.any([signal, late]) : late;
}

async function stop(child: ChildProcess): Promise<Exit> {
  const startedAt = performance.now();
  const tookMs = () => performance.now() - startedAt;
  if (child.exitCode !== null || child.signalCode !== null) {
    return { code: child.exitCode, signal: child.signalCode, tookMs: 0 };
  }
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), stopTimeoutMs);
  await exited;
  clearTimeout(late);
  return { code: child.exitCode, signal: child.signalCode, tookMs: tookMs() };
}
