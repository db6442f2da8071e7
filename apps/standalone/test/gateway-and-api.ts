import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { type ApiOptions, createApi } from '@api-monitor/api';
import { createInProcessBus } from '@api-monitor/bus';
import {
  createProxyKey,
  finishRun,
  openDatabase,
  recordModelProbe,
  recordProxyRequests,
  startRun,
} from '@api-monitor/db';
import { createGateway, createGatewayStore } from '@api-monitor/proxy';
import { createLogger, createMetricsRegistry, serveHttp } from '@api-monitor/runtime';
import { onTestFinished } from 'vitest';

type Finding = Parameters<typeof recordModelProbe>[1]['findings'][number];
type ProbeResult = Parameters<typeof recordModelProbe>[1]['probe'];
type ProxyRequests = Parameters<typeof recordProxyRequests>[1];
type GivenSettings = ApiOptions['givenSettings'];

const token = 'token-of-the-test-0123';
const master = 'sk-master-0123456789abcdef';
/** How often the gateway publishes what it found, and records requests. */
const periodMs = 1;

/** What a provider answers if it doesn't answer the question: the status, headers and body. */
const complaints = {
  fail: [500, {}, { error: { message: 'broken' } }],
  limit: [429, { 'retry-after': '7' }, { error: { message: 'too many requests' } }],
  auth: [401, {}, { error: { message: 'invalid api key', type: 'authentication_error' } }],
  quota: [400, {}, { error: { message: 'Your credit balance is too low' } }],
  gone: [404, {}, { error: { message: 'no such model', code: 'model_not_found' } }],
  refuse: [405, {}, { error: { message: 'Method Not Allowed' } }],
  gate: [403, {}, { error: { message: 'this channel is only for Claude Code clients' } }],
  invalid: [400, {}, { error: { message: 'bad temperature', type: 'invalid_request_error' } }],
} as const;
export type How = 'good' | 'hold' | keyof typeof complaints;
export const hows = [
  ...(['good', 'fail', 'limit', 'auth', 'quota', 'gone', 'refuse', 'gate', 'invalid'] as const),
] satisfies How[];

const chatAnswer = {
  ...{ id: 'c', object: 'chat.completion', created: 1, model: 'm' },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello.' }, finish_reason: 'stop' }],
};
const messagesAnswer = {
  ...{ id: 'm', type: 'message', role: 'assistant', model: 'm' },
  ...{ content: [{ type: 'text', text: 'Hello.' }], stop_reason: 'end_turn' },
};

/** A provider whose next answers the test chooses. `hold` waits until the test says so. */
async function startProvider(name: string, received: string[]) {
  const provider = { how: 'good' as How, held: [] as ServerResponse[] };
  const send = (response: ServerResponse, status: number, body: object, headers: object = {}) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    received.push(name);
    const { how } = provider;
    if (how === 'hold') provider.held.push(response);
    else if (how === 'good') {
      send(response, 200, request.url?.includes('/messages') ? messagesAnswer : chatAnswer);
    } else {
      const [status, headers, body] = complaints[how];
      send(response, status, body, headers);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return Object.assign(provider, {
    origin: `http://127.0.0.1:${port}`,
    failHeld: () => send(provider.held.shift() ?? expectHeld(name), 500, {}),
  });
}

/** Until what has arrived on the sockets of this process is worked off, however slow the machine is. */
async function turnsOver(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await nextTurn();
}

function expectHeld(name: string): never {
  throw new Error(`nothing is held at ${name}`);
}

export interface Offered {
  /** What its first run found; by default an answer on the chat route. */
  findings?: readonly Partial<Finding>[];
  firstTokenS?: number;
  dont_probe?: readonly string[];
}

/** A gateway and an api in one process over one database and one bus, with a clock that the test moves. */
export async function startGatewayAndApi(
  given: Record<string, Offered>,
  settings: GivenSettings = {},
) {
  const dataDir = await mkdtemp(join(tmpdir(), 'agreement-'));
  await mkdir(join(dataDir, 'web'));
  const clock = { now: 1_800_000_000 };
  const now = () => clock.now;
  const db = await openDatabase({ dataDir, databaseUrl: undefined, now });
  const bus = createInProcessBus({ nowMs: Date.now, onFault: (fault) => console.error(fault) });
  bus.modelProbes.consume(async () => {}, { concurrency: 1 });
  const settle = async ({ requests }: { requests: ProxyRequests }) => {
    const { changes } = await recordProxyRequests(db, requests);
    for (const { target_id } of changes) {
      await bus.events.publish({ type: 'target_updated', data: { target_id } });
    }
  };
  bus.proxyRequests.consume(settle, { concurrency: 1 });
  const givenSettings: GivenSettings = { routing_policy: 'priority', ...settings };
  const common = {
    db,
    bus,
    logger: createLogger({ name: 'test', level: 'warn' }),
    trustedProxies: new BlockList(),
  };
  const apiOptions: ApiOptions = {
    ...common,
    metrics: createMetricsRegistry(),
    secrets: {
      apiToken: token,
      visitorToken: 'visitor-of-the-test-0123',
      adminPassword: undefined,
      proxyMasterToken: master,
    },
    metricsPublic: false,
    givenSettings,
    channelsFile: null,
    webRoot: join(dataDir, 'web'),
    now,
  };
  const api = await createApi(apiOptions);
  const metrics = createMetricsRegistry();
  let boardReadings = 0;
  const gateway = await createGateway({
    ...common,
    metrics,
    allowPrivate: 'on',
    proxies: { upstream: '', https: '', http: '', except: [] },
    bodyLimitBytes: 1024 ** 2,
    bodiesLimitBytes: 16 * 1024 ** 2,
    webSockets: { isOn: true, limit: 100, limitPerKey: 10 },
    idleTimeoutMs: 30_000,
    attemptLimit: 4,
    corsOrigins: [],
    basePath: '/',
    store: createGatewayStore({
      db,
      async readMasterToken() {
        boardReadings += 1;
        return master;
      },
      givenSettings,
      nowS: now,
    }),
    nowS: now,
    periods: { evidence: periodMs, records: periodMs },
  });
  const server = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    refuse: gateway.refuse,
    upgrades: gateway.upgrades,
    listener: (request, response) => void gateway.handle(request, response),
  });
  onTestFinished(async () => {
    await server.close(0);
    await gateway.close();
    await bus.proxyRequests.drain(1000);
    api.close();
    await bus.close();
    await db.close();
    await rm(dataDir, { recursive: true });
  });

  const callApi = async (method: string, path: string, body?: object) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    const answer = await api.app.request(path, init);
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return text === '' ? null : JSON.parse(text);
  };
  /** Waits until the gateway has read everything that is in the database now. */
  const gatewayHasRead = async () => {
    for (const wanted of [boardReadings + 1, boardReadings + 2]) {
      await bus.events.publish({ type: 'target_updated', data: { target_id: 0 } });
      while (boardReadings < wanted) await sleep(5);
    }
  };
  /** Waits until the api has received what the gateway published last. */
  const apiHasHeard = async () => {
    await turnsOver();
    await sleep(10 * periodMs);
    await turnsOver();
  };

  /** Waits until the database has the records of this many requests. */
  const hasSettled = async (requests: number) => {
    for (;;) {
      const { items } = await callApi('GET', `/api/proxy/requests?limit=${requests}`);
      if (items.length === requests) return;
      await sleep(5);
    }
  };

  const received: string[] = [];
  const providers = new Map<string, Awaited<ReturnType<typeof startProvider>>>();
  const ids = new Map<string, number>();
  const idOf = (name: string) => ids.get(name) ?? 0;
  const probed = async (name: string, fields: Partial<Finding> = {}) => {
    const finding = findingAt(clock.now, { by: 'recheck', ...fields });
    const input = { target_id: idOf(name), remembered: null, nowS: clock.now };
    await recordModelProbe(db, { ...input, probe: probeOf(finding), findings: [finding] });
    await gatewayHasRead();
  };
  for (const [name, { findings = [{}], firstTokenS = null, dont_probe = [] }] of Object.entries(
    given,
  )) {
    const provider = await startProvider(name, received);
    providers.set(name, provider);
    const body = { name, base_url: provider.origin, api_key: 'sk-upstream-0123456789abcdef' };
    const made = await callApi('POST', '/api/targets', { ...body, dont_probe });
    ids.set(name, made.item.id);
    const found = findings.map((fields) =>
      findingAt(clock.now, { first_token_s: firstTokenS, ...fields }),
    );
    await firstRun(db, idOf(name), clock.now, found);
  }
  clock.now += 1;
  await gatewayHasRead();

  return {
    clock,
    received,
    apiHasHeard,
    hasSettled,
    gatewayHasRead,
    probed,
    idOf,
    provider: (name: string) => providers.get(name) ?? expectHeld(name),
    explain: async (model: string, route = 'chat') =>
      callApi('GET', `/api/routes?model=${encodeURIComponent(model)}&route=${route}`),
    explainAll: async (model: string) =>
      callApi('GET', `/api/routes?model=${encodeURIComponent(model)}`),
    listTargets: async () => (await callApi('GET', '/api/targets?history=0')).items,
    listModels: async () => callApi('GET', '/api/models'),
    async change(name: string, fields: object) {
      await callApi('PATCH', `/api/targets/${idOf(name)}`, fields);
      await gatewayHasRead();
    },
    async remove(name: string) {
      await callApi('DELETE', `/api/targets/${idOf(name)}`);
      await gatewayHasRead();
    },
    /** Adds a gateway key that may use only these targets. */
    async addKey(key: string, targets: readonly string[]) {
      await createProxyKey(
        db,
        {
          name: key,
          key_hash: createHash('sha256').update(key).digest('hex'),
          key_prefix: key.slice(0, 12),
          allowed_target_ids: targets.map(idOf),
        },
        clock.now,
      );
      await gatewayHasRead();
    },
    /** On how many routes the gateway's models rest after failures. */
    async restingCount(): Promise<number> {
      const line = /^api_monitor_gateway_breakers_open (\d+)$/m.exec(await metrics.metrics());
      return Number(line?.[1]);
    },
    /** Sends a request; `received` then has the names of the providers that it reached. */
    ask: (model: string, { route = 'chat', ...more }: Asking = {}) =>
      fetch(`http://127.0.0.1:${server.port}${pathOf[route]}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${more.key ?? master}`,
          'content-type': 'application/json',
          ...(more.targetId === undefined ? {} : { 'x-target-id': String(more.targetId) }),
        },
        body: JSON.stringify({
          ...{ model, max_tokens: 16, messages: [{ role: 'user', content: 'Who are you?' }] },
        }),
        ...(more.signal ? { signal: more.signal } : {}),
      }),
  };
}

const pathOf = { chat: '/v1/chat/completions', anthropic: '/v1/messages' };

export interface Asking {
  route?: keyof typeof pathOf;
  key?: string;
  targetId?: number;
  signal?: AbortSignal;
}

/** An answer to a run, unless the fields say otherwise. */
function findingAt(at: number, fields: Partial<Finding>): Finding {
  return {
    ...{ route: 'chat', outcome: 'success', kind: null, scope: 'model', message: null },
    ...{ by: 'run', began_at: at, at, first_token_s: null, is_wrong_answer: null },
    retry_after_s: null,
    ...fields,
  };
}

export const failed: Partial<Finding> = {
  outcome: 'failure',
  kind: 'upstream',
  message: 'HTTP 500: broken',
};

/** The row of a probe with this finding. */
function probeOf(finding: Finding): ProbeResult {
  const { at, route, outcome, kind, message, first_token_s } = finding;
  const protocol = route === 'anthropic' ? 'anthropic' : 'openai';
  return {
    ...{ protocol, model: 'm', stream: true, duration: 0.4, success: outcome === 'success' },
    ...{ transport_success: true, tool_calls_count: 0, tool_calls: [], content: '' },
    ...{ timestamp: at, error: message, error_kind: kind, status_code: 200, first_token_s },
    route: route === 'anthropic' ? 'anthropic' : 'chat',
    ...{ endpoint: '/', input_tokens: null, output_tokens: null, output_tokens_per_s: null },
    ...{ requests: 1, proved_by: 'probe', question: null, is_wrong_answer: false },
  };
}

async function firstRun(
  db: Parameters<typeof startRun>[0],
  target_id: number,
  nowS: number,
  findings: readonly Finding[],
): Promise<void> {
  const started = await startRun(db, { target_id, trigger: 'manual', nowS });
  if (started.outcome !== 'started') throw new Error(started.outcome);
  const [first = findingAt(nowS, {})] = findings;
  const isSkipped = findings.length === 0;
  const skipped = { success: false, error_kind: 'skipped', requests: 0 } as const;
  await finishRun(db, {
    run_id: started.run.id,
    target_id,
    status: 'completed',
    probes: [isSkipped ? { ...probeOf(first), ...skipped } : probeOf(first)],
    findings: findings.map((finding) => ({ model: 'm', finding })),
    remembered: new Map(),
    listed_models: ['m'],
    list_way: null,
    probe_concurrency: null,
    log_file: null,
    error: null,
    error_kind: null,
    nowS,
  });
}
