import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { BlockList } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiOptions, createApi } from '@api-monitor/api';
import { createInProcessBus } from '@api-monitor/bus';
import {
  createProxyKey,
  finishRun,
  getTarget,
  openDatabase,
  recordModelProbe,
  startRun,
} from '@api-monitor/db';
import { createGateway, type GatewayOptions } from '@api-monitor/proxy';
import { createLogger, createMetricsRegistry, serveHttp } from '@api-monitor/runtime';
import { onTestFinished } from 'vitest';

type Probe = Parameters<typeof recordModelProbe>[1]['probe'];
type Routing = Pick<GatewayOptions, 'policy' | 'areBareModelsOn'>;

const token = 'token-of-the-test-0123';
const master = 'sk-master-0123456789abcdef';
/** Longer than the gateway waits before it publishes a breaker's state again. */
const publishedMs = 150;

/** A provider whose next answers the test chooses. `hold` waits until the test says so. */
async function startProvider(name: string, received: string[]) {
  const provider = { how: 'good' as 'good' | 'fail' | 'hold', held: [] as ServerResponse[] };
  const fail = (response: ServerResponse) => void response.writeHead(500).end('{}');
  const server = createServer((request: IncomingMessage, response) => {
    request.resume();
    received.push(name);
    if (provider.how === 'hold') provider.held.push(response);
    else if (provider.how === 'fail') fail(response);
    else response.end('{}');
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
    failHeld: () => fail(provider.held.shift() ?? expectHeld(name)),
  });
}

function expectHeld(name: string): never {
  throw new Error(`nothing is held at ${name}`);
}

export interface Offered {
  firstTokenS?: number;
}

/** A gateway and an api in one process over one database and one bus, with a clock that the test moves. */
export async function startGatewayAndApi(
  given: Record<string, Offered>,
  routing: Partial<Routing> = {},
) {
  const dataDir = await mkdtemp(join(tmpdir(), 'agreement-'));
  await mkdir(join(dataDir, 'web'));
  const clock = { now: 1_800_000_000 };
  const now = () => clock.now;
  const db = await openDatabase({ dataDir, databaseUrl: undefined, now });
  const bus = createInProcessBus({ nowMs: Date.now, onFault: (fault) => console.error(fault) });
  bus.modelProbes.consume(async () => {}, { concurrency: 1 });
  bus.proxyRequests.consume(async () => {}, { concurrency: 1 });
  const chosen: Routing = { policy: 'priority', areBareModelsOn: true, ...routing };
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
    givenSettings: { default_interval_min: 30, log_cleanup_enabled: true, log_max_size_mb: 500 },
    channelsFile: null,
    routing: chosen,
    webRoot: join(dataDir, 'web'),
    now,
  };
  const api = await createApi(apiOptions);
  const metrics = createMetricsRegistry();
  let boardReadings = 0;
  const gateway = await createGateway({
    ...common,
    ...chosen,
    metrics,
    allowPrivate: 'on',
    bodyLimitBytes: 1024 ** 2,
    bodiesLimitBytes: 16 * 1024 ** 2,
    idleTimeoutMs: 30_000,
    attemptLimit: 4,
    corsOrigins: [],
    async readMasterToken() {
      boardReadings += 1;
      return master;
    },
    nowS: now,
  });
  const server = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    refuse: gateway.refuse,
    listener: (request, response) => void gateway.handle(request, response),
  });
  onTestFinished(async () => {
    await server.close(0);
    await gateway.close();
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
  const apiHasHeard = () => sleep(publishedMs);

  const received: string[] = [];
  const providers = new Map<string, Awaited<ReturnType<typeof startProvider>>>();
  const ids = new Map<string, number>();
  const idOf = (name: string) => ids.get(name) ?? 0;
  const probed = async (name: string, fields: Partial<Probe> = {}) => {
    const probe = { ...passedProbe, timestamp: clock.now, ...fields };
    await recordModelProbe(db, { target_id: idOf(name), probe, remembered: null, nowS: clock.now });
    await gatewayHasRead();
  };
  for (const [name, { firstTokenS = null }] of Object.entries(given)) {
    const provider = await startProvider(name, received);
    providers.set(name, provider);
    const body = { name, base_url: provider.origin, api_key: 'sk-upstream-0123456789abcdef' };
    ids.set(name, (await callApi('POST', '/api/targets', body)).item.id);
    await firstRun(db, idOf(name), {
      ...passedProbe,
      timestamp: clock.now,
      first_token_s: firstTokenS,
    });
  }
  await gatewayHasRead();

  return {
    clock,
    received,
    apiHasHeard,
    gatewayHasRead,
    probed,
    idOf,
    provider: (name: string) => providers.get(name) ?? expectHeld(name),
    explain: async (model: string) =>
      callApi('GET', `/api/routes?model=${encodeURIComponent(model)}`),
    listModels: async () => callApi('GET', '/api/models'),
    async change(name: string, fields: object) {
      await callApi('PATCH', `/api/targets/${idOf(name)}`, fields);
      await gatewayHasRead();
    },
    async remove(name: string) {
      await callApi('DELETE', `/api/targets/${idOf(name)}`);
      await gatewayHasRead();
    },
    targetOf: (name: string) => getTarget(db, idOf(name)),
    /** Adds a gateway key that may use only these targets. */
    async addKey(key: string, targets: readonly string[]) {
      await createProxyKey(
        db,
        {
          name: key,
          key_hash: createHash('sha256').update(key).digest('hex'),
          key_prefix: key.slice(0, 12),
          allowed_target_ids: targets.map(idOf),
          allowed_models: [],
          description: '',
          enabled: true,
          expires_at: null,
          rpm_limit: null,
          tpm_limit: null,
        },
        clock.now,
      );
      await gatewayHasRead();
    },
    /** How many of the gateway's breakers are open or half-open. */
    async openBreakers(): Promise<number> {
      const line = /^api_monitor_gateway_breakers_open (\d+)$/m.exec(await metrics.metrics());
      return Number(line?.[1]);
    },
    /** Sends a chat request; `received` then has the names of the providers that it reached. */
    ask: (model: string, more: { key?: string; targetId?: number; signal?: AbortSignal } = {}) =>
      fetch(`http://127.0.0.1:${server.port}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${more.key ?? master}`,
          'content-type': 'application/json',
          ...(more.targetId === undefined ? {} : { 'x-target-id': String(more.targetId) }),
        },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Who are you?' }] }),
        ...(more.signal ? { signal: more.signal } : {}),
      }),
  };
}

const passedProbe: Probe = {
  protocol: 'openai',
  model: 'm',
  stream: true,
  duration: 0.4,
  success: true,
  transport_success: true,
  tool_calls_count: 0,
  tool_calls: [],
  content: 'I am m.',
  timestamp: 0,
  error: null,
  error_kind: null,
  status_code: 200,
  route: 'chat',
  endpoint: '/v1/chat/completions',
  first_token_s: null,
  output_tokens: null,
  output_tokens_per_s: null,
};

export const failedProbe: Partial<Probe> = {
  success: false,
  error: 'HTTP 500: broken',
  error_kind: 'upstream',
  status_code: 500,
};

async function firstRun(
  db: Parameters<typeof startRun>[0],
  target_id: number,
  probe: Probe,
): Promise<void> {
  const nowS = probe.timestamp;
  const started = await startRun(db, { target_id, trigger: 'manual', nowS });
  if (started.outcome !== 'started') throw new Error(started.outcome);
  await finishRun(db, {
    run_id: started.run.id,
    target_id,
    status: 'completed',
    probes: [probe],
    remembered: new Map(),
    listed_models: [probe.model],
    log_file: null,
    error: null,
    nowS,
  });
}
