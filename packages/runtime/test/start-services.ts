import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type PrivateRedisServer, startRedisServer } from '@api-monitor/bus/test/redis-server';
import { type OpenedDatabase, openDatabase } from '@api-monitor/db';
import { type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';

export const apiToken = 'token-of-the-tests-0123456789';
const adminPassword = 'password-of-the-tests-0123456789';
const masterToken = 'sk-master-of-the-tests-0123456789';
const encryptionKey = 'passphrase-of-the-tests-0123456789';
const providerKey = 'sk-upstream-0123456789';
const startTimeoutMs = 60_000;

/** A service in its own process. */
export interface TestService {
  pid: number;
  origin: string;
  /** Kills it, as a power cut would. */
  kill(): Promise<void>;
  /** Sends SIGTERM; resolves to the exit code. */
  stop(): Promise<number | null>;
}

/** A Redis, a data folder, and the services that a test starts with them. */
export interface TestServices {
  redis: PrivateRedisServer;
  db: OpenedDatabase;
  start(name: 'api' | 'worker' | 'proxy', env?: Record<string, string>): Promise<TestService>;
  startProvider(models: Parameters<typeof startFakeProvider>[0]['models']): Promise<FakeProvider>;
  close(): Promise<void>;
}

export async function openServices(databaseUrl?: string): Promise<TestServices> {
  const dataDir = await mkdtemp(join(tmpdir(), 'services-'));
  const redis = await startRedisServer();
  const now = () => Date.now() / 1000;
  const db = await openDatabase({ dataDir, databaseUrl, encryptionKey, now });
  // With Postgres each has its own data folder, as if it were on its own host.
  const placeOf = () =>
    databaseUrl
      ? { DATA_DIR: join(dataDir, randomUUID()), DATABASE_URL: databaseUrl }
      : { DATA_DIR: dataDir };
  const children: ChildProcess[] = [];
  const providers: FakeProvider[] = [];
  return {
    redis,
    db,
    async start(name, env = {}) {
      const child = spawnService(name, { ...placeOf(), REDIS_URL: redis.url, ...env });
      children.push(child);
      return serviceOf(child, await portOf(name, child));
    },
    async startProvider(models) {
      const provider = await startFakeProvider({ models, apiKey: providerKey });
      providers.push(provider);
      return provider;
    },
    async close() {
      await Promise.all(children.map(killed));
      await Promise.all(providers.map((provider) => provider.close()));
      await db.close();
      await redis.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function spawnService(name: string, env: Record<string, string>): ChildProcess {
  const main = fileURLToPath(new URL(`../../../apps/${name}/src/main.ts`, import.meta.url));
  return spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
      HOST: '127.0.0.1',
      PORT: '0',
      WORKER_PORT: '0',
      PROXY_PORT: '0',
      ENCRYPTION_KEY: encryptionKey,
      API_MONITOR_TOKEN: apiToken,
      ADMIN_PANEL_PASSWORD: adminPassword,
      PROXY_MASTER_TOKEN: masterToken,
      DRAIN_DELAY_S: '0',
      LOG_LEVEL: 'info',
      ...env,
    },
  });
}

async function portOf(name: string, child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const late = setTimeout(() => reject(new Error(`${name} is not up`)), startTimeoutMs);
  child.once('exit', (code) => reject(new Error(`${name} ended with code ${code}`)));
  createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
    const port = /"port":(\d+),"msg":"listening"/.exec(line)?.[1];
    if (port) resolve(Number(port));
  });
  return promise.finally(() => clearTimeout(late));
}

function serviceOf(child: ChildProcess, port: number): TestService {
  return {
    pid: child.pid ?? Number.NaN,
    origin: `http://127.0.0.1:${port}`,
    kill: () => killed(child),
    async stop() {
      child.kill('SIGTERM');
      const [code] = await once(child, 'exit');
      return code;
    },
  };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** The answer to a call of a service. */
export interface Answer {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into any answer, right or wrong
  json: any;
}

export async function ask(
  { origin }: Pick<TestService, 'origin'>,
  path: string,
  given: { method?: string; body?: object; token?: string } = {},
): Promise<Answer> {
  const { body, token = apiToken, method = body ? 'POST' : 'GET' } = given;
  const response = await fetch(origin + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(15_000),
  });
  return { status: response.status, json: await response.json() };
}

/** A chat through the gateway; resolves to its status. */
export async function chat(proxy: TestService, model: string, token = masterToken) {
  const body = { model, messages: [{ role: 'user', content: 'hello' }] };
  return (await ask(proxy, '/v1/chat/completions', { body, token })).status;
}

export async function addTarget(api: TestService, name: string, provider: FakeProvider) {
  const body = { name, base_url: provider.origin, api_key: providerKey, interval_min: 1440 };
  const { json } = await ask(api, '/api/targets', { body: { ...body, timeout_s: 300 } });
  return json.item.id as number;
}

/** A call that only an admin session may make; logs in first. */
export async function askAsAdmin(
  api: TestService,
  path: string,
  given: { method?: string; body?: object },
): Promise<Answer> {
  const { body, method = 'POST' } = given;
  const send = (to: string, how: string, what: object | undefined, cookie = '') =>
    fetch(api.origin + to, {
      method: how,
      headers: { 'content-type': 'application/json', origin: api.origin, cookie },
      ...(what ? { body: JSON.stringify(what) } : {}),
    });
  const login = await send('/api/admin/login', 'POST', { password: adminPassword });
  const [cookie = ''] = (login.headers.get('set-cookie') ?? '').split(';');
  const response = await send(path, method, body, cookie);
  return { status: response.status, json: await response.json() };
}

/** Starts a run and waits until it has ended. */
export async function runOnce(api: TestService, id: number): Promise<void> {
  await ask(api, `/api/targets/${id}/run`, { method: 'POST' });
  for (let tries = 0; tries < 200; tries += 1) {
    const { json } = await ask(api, `/api/targets/${id}/runs?limit=1`);
    if (json.items[0] && json.items[0].status !== 'running') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`target ${id} has no finished run`);
}
