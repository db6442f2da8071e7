import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const standalone = fileURLToPath(new URL('../../standalone/src/main.ts', import.meta.url));
const startTimeoutMs = 60_000;

export const apiToken = 'token-of-the-browser-tests';
export const masterToken = 'sk-gateway-of-the-browser-tests';
export const visitorToken = 'visitor-of-the-browser-tests';
export const adminPassword = 'password of the browser tests';

/** The whole product as `npm start` runs it, on a free port with a temporary data folder. */
export interface Product {
  origin: string;
  dataDir: string;
  call(method: string, path: string, body?: object): Promise<unknown>;
  /** The same with an admin session, which lasts as long as the product. */
  administer(method: string, path: string, body?: object): Promise<unknown>;
  /** The cookie of that session, as `name=value`. */
  sessionCookie(): Promise<string>;
  /** Sends a request to a model through the gateway, as a client would; returns the HTTP status. */
  ask(model: string): Promise<number>;
  stop(): Promise<void>;
}

export async function startProduct(variables: Record<string, string> = {}): Promise<Product> {
  const dataDir = await mkdtemp(join(tmpdir(), 'api-monitor-web-'));
  const child = spawn(process.execPath, [standalone], {
    env: {
      ...process.env,
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
      LOG_LEVEL: 'error',
      API_MONITOR_TOKEN: apiToken,
      API_MONITOR_TOKEN_VISITOR: visitorToken,
      PROXY_MASTER_TOKEN: masterToken,
      ADMIN_PANEL_PASSWORD: adminPassword,
      ...variables,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const origin = `http://127.0.0.1:${await portOf(child)}`;
  const authorization = `Bearer ${apiToken}`;
  let cookie: Promise<string> | null = null;
  const sessionCookie = () => {
    cookie ??= logIn(origin);
    return cookie;
  };
  return {
    origin,
    dataDir,
    call: (method, path, body) => call(origin, method, path, { authorization }, body),
    administer: async (method, path, body) =>
      call(origin, method, path, { cookie: await sessionCookie() }, body),
    sessionCookie,
    ask: (model) => ask(origin, model),
    async stop() {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function portOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.setEncoding('utf8');
  const late = AbortSignal.timeout(startTimeoutMs);
  for (;;) {
    const [chunk] = await once(child.stdout ?? child, 'data', { signal: late });
    output += String(chunk);
    const port = output.match(/listens on http:\/\/localhost:(\d+)/)?.[1];
    if (port) return port;
  }
}

async function call(
  origin: string,
  method: string,
  path: string,
  credentials: Record<string, string>,
  body?: object,
): Promise<unknown> {
  const response = await fetch(origin + path, {
    method,
    headers: { ...credentials, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`);
  return response.json();
}

async function logIn(origin: string): Promise<string> {
  const response = await fetch(`${origin}/api/admin/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ password: adminPassword }),
  });
  const [cookie] = response.headers.getSetCookie();
  const pair = cookie?.split(';')[0];
  if (!pair) throw new Error(`The login was answered with ${response.status}`);
  return pair;
}

async function ask(origin: string, model: string): Promise<number> {
  const response = await fetch(`${origin}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${masterToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Are you there?' }] }),
  });
  await response.arrayBuffer();
  return response.status;
}
