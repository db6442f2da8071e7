import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { createLogger } from '@api-monitor/runtime';
import { test as base } from 'vitest';
import { envSchema } from '../../src/env.ts';
import { startEmbedded } from '../../src/start-embedded.ts';
import { type Answer, type Call, startChannelServer } from './channel-server.ts';

const apiToken = 'api-token-of-the-field';
export const masterKey = 'sk-master-of-the-field-0123456789';
/** What the channels get from the product. */
export const channelKey = 'sk-channel-of-the-field-0123456789';
const patienceMs = 15_000;

/** Reads until the value is as wanted, and returns it. Throws after 15 s. */
export async function until<T>(
  what: string,
  read: () => Promise<T>,
  isWanted: (value: T) => boolean,
): Promise<T> {
  const deadline = performance.now() + patienceMs;
  while (true) {
    const value = await read();
    if (isWanted(value)) return value;
    if (performance.now() > deadline) throw new Error(`${what}: still ${JSON.stringify(value)}`);
    await pause(30);
  }
}

interface ProbeRow {
  model: string;
  success: boolean;
  error: string | null;
  error_kind: string | null;
  content: string;
  route: string;
  endpoint: string;
  is_wrong_answer: boolean;
}

export interface Channel {
  id: number;
  name: string;
  /** All requests that it received, oldest first. */
  calls: Call[];
  /** Probes it again, all models. */
  run(): Promise<void>;
  /** The models of its last run, and what each probe found: `alive`, or the kind of its failure. */
  found(): Record<string, string>;
  /** What the last probe of a model found. */
  row(model: string): ProbeRow;
  /** Its state after the last run, and the run's error. */
  status: string;
  error: string | null;
}

interface Attempt {
  target_id: number;
  is_live_failure: boolean;
  error: string | null;
}

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  /** Another credential than the master key's bearer. */
  key?: Record<string, string>;
}

/** What a client got. */
interface Got {
  status: number;
  headers: Headers;
  text: string;
  /** Whether the connection broke before the answer's end. */
  isCut: boolean;
}

export type Field = Awaited<ReturnType<typeof startField>>;

/** The whole product in this process, with channels on loopback; every file of tests has its own. */
export const test = base.extend<{ field: Field }>({
  field: [
    // biome-ignore lint/correctness/noEmptyPattern: Vitest reads the fixtures that this one needs from its pattern.
    async ({}, use) => {
      const field = await startField();
      await use(field);
      await field.close();
    },
    { scope: 'file' },
  ],
});

async function startField() {
  const dataDir = await mkdtemp(join(tmpdir(), 'field-'));
  const server = await startChannelServer();
  const product = await startEmbedded({
    env: envSchema.parse({
      ...{ PORT: '0', HOST: '127.0.0.1', DATA_DIR: dataDir, LOG_LEVEL: 'fatal' },
      ...{ API_MONITOR_TOKEN: apiToken, PROXY_MASTER_TOKEN: masterKey },
      ...{ UPSTREAM_ALLOW_PRIVATE: 'on', MONITOR_DETECT_CONCURRENCY: '4' },
    }),
    logger: createLogger({ name: 'field', level: 'fatal' }),
    onSecretsMade: () => {},
  });
  const origin = `http://127.0.0.1:${product.port}`;
  const api = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${apiToken}`, 'content-type': 'application/json' };
    const sent = body ? { body: JSON.stringify(body) } : {};
    const answer = await fetch(origin + path, { method, headers, ...sent });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  const ask = (path: string, body?: object, asked?: Asked) =>
    askGateway(origin + path, body, asked);
  let opened = 0;

  /** Adds a channel and probes it. */
  async function open(answer: Answer, { base = '', ...fields }: Opening = {}): Promise<Channel> {
    const served = { answer, calls: [] as Call[], isLive: false };
    opened += 1;
    const { item } = await api('POST', '/api/targets', {
      ...{ name: `relay-${opened}`, base_url: server.add(served) + base, api_key: channelKey },
      ...{ interval_min: 1440, timeout_s: 10, ...fields },
    });
    let rows = new Map<string, ProbeRow>();
    const channel: Channel = {
      ...{ id: item.id, name: item.name, calls: served.calls, status: '', error: null },
      async run() {
        const { target, items } = await runOnce(api, item.id);
        rows = new Map(items.map((row: ProbeRow) => [row.model, row]));
        channel.status = target.last_status;
        channel.error = target.last_error;
      },
      found: () => Object.fromEntries([...rows].map(([model, row]) => [model, wordOf(row)])),
      row: (model) => rows.get(model) ?? notProbed(model),
    };
    await channel.run();
    const alive = [...rows.values()].filter(({ success }) => success);
    // The gateway leaves out the prefix of Gemini's own list.
    const names = alive.map(({ model }) => `${channel.name}/${model.replace(/^models\//, '')}`);
    const listed = async () => {
      const { data } = JSON.parse((await ask('/v1/models', undefined, { method: 'GET' })).text);
      return (data as { id: string }[]).map(({ id }) => id);
    };
    await until(`${names} in the gateway's list`, listed, (ids) =>
      names.every((name) => ids.includes(name)),
    );
    served.isLive = true;
    return channel;
  }

  /** The attempts at a channel that the gateway has recorded, once there are so many. */
  async function attemptsAt(channel: Channel, count: number): Promise<Attempt[]> {
    const read = async () => {
      const { items } = await api('GET', '/api/proxy/requests?limit=100');
      const attempts = (items as { attempts: Attempt[] }[]).flatMap((request) => request.attempts);
      return attempts.filter(({ target_id }) => target_id === channel.id);
    };
    return until('recorded attempts', read, ({ length }) => length >= count);
  }

  return {
    origin,
    api,
    ask,
    open,
    attemptsAt,
    async close(): Promise<void> {
      await product.close();
      await server.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

interface Opening {
  /** The end of its base URL. */
  base?: string;
  [field: string]: unknown;
}

function notProbed(model: string): never {
  throw new Error(`${model} was not probed`);
}

const wordOf = ({ success, error_kind }: ProbeRow) => (success ? 'alive' : String(error_kind));

type Api = (method: string, path: string, body?: object) => Promise<ReturnType<typeof JSON.parse>>;

/** Runs a channel and returns what its page shows then. */
async function runOnce(api: Api, id: number) {
  const latest = async () => (await api('GET', `/api/targets/${id}/runs?limit=1`)).items[0];
  const isOver = (run?: { status: string }) => run !== undefined && run.status !== 'running';
  const before = await latest();
  // The schedule may have started its first run already.
  if (before === undefined || isOver(before)) {
    await api('POST', `/api/targets/${id}/run`).catch(() => {});
  }
  await until('the run', latest, (run) => isOver(run) && (!isOver(before) || run.id > before.id));
  return api('GET', `/api/targets/${id}/logs?scope=latest`);
}

async function askGateway(
  url: string,
  body: object | undefined,
  { method = 'POST', headers = {}, key = { authorization: `Bearer ${masterKey}` } }: Asked = {},
): Promise<Got> {
  const isRaw = body instanceof Uint8Array || body instanceof FormData;
  const json = { body: JSON.stringify(body), type: { 'content-type': 'application/json' } };
  const sent = body === undefined ? {} : { body: isRaw ? body : json.body };
  const type = body === undefined || isRaw ? {} : json.type;
  const answer = await fetch(url, {
    ...{ method, headers: { ...key, ...type, ...headers }, ...sent },
    redirect: 'manual',
  });
  const reader = answer.body?.getReader();
  const chunks: Uint8Array[] = [];
  let isCut = false;
  try {
    for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
      chunks.push(read.value);
    }
  } catch {
    isCut = true;
  }
  const text = Buffer.concat(chunks).toString();
  return { status: answer.status, headers: answer.headers, text, isCut };
}

export const bodyFor = {
  chat: (model: string, more: object = {}) => ({
    ...{ model, messages: [{ role: 'user', content: 'Hello' }] },
    ...more,
  }),
  anthropic: (model: string, more: object = {}) => ({
    ...{ model, max_tokens: 32, messages: [{ role: 'user', content: 'Hello' }] },
    ...more,
  }),
  responses: (model: string, more: object = {}) => ({ model, input: 'Hello', ...more }),
  gemini: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
};
export const pathOf = {
  chat: '/v1/chat/completions',
  anthropic: '/v1/messages',
  responses: '/v1/responses',
};
