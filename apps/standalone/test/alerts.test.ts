import { setTimeout as pause } from 'node:timers/promises';
import { openDatabase } from '@api-monitor/db';
import {
  type AlertReceiver,
  type FakeProvider,
  startAlertReceiver,
  startFakeProvider,
} from '@api-monitor/fake-provider';
import { expect, onTestFinished, test, vi } from 'vitest';
import { started, tempDir } from './start-program.ts';

vi.setConfig({ testTimeout: 180_000 });

const token = 'token-of-the-test-0123';
const password = 'password-of-the-test';
const providerKey = 'sk-provider-0123456789';

// biome-ignore lint/suspicious/noExplicitAny: a test looks into any answer
type Call = (method: string, path: string, body?: object) => Promise<any>;

/** The monitor with a channel of two models that are proven, and a webhook that is told of everything. */
async function startMonitor(env: Record<string, string> = {}) {
  const DATA_DIR = await tempDir();
  const given = { DATA_DIR, API_MONITOR_TOKEN: token, ADMIN_PANEL_PASSWORD: password, ...env };
  const monitor = await started(given);
  const provider = await startFakeProvider({
    models: { 'gpt-4o': 'good', o3: 'good' },
    apiKey: providerKey,
  });
  onTestFinished(() => provider.close());
  const receiver = await startAlertReceiver();
  onTestFinished(() => receiver.close());
  const asAdmin = await signIn(monitor.origin);
  const url = receiver.url;
  await asAdmin('POST', '/api/alerts/destinations', {
    name: 'Hook',
    kind: 'webhook',
    config: { url },
  });
  const { proxy_key } = await asAdmin('POST', '/api/proxy/keys', {
    ...{ name: 'client', allowed_models: ['gpt-4o', 'o3'] },
  });
  await asAdmin('POST', '/api/targets', {
    ...{ name: 'Relay A', base_url: provider.origin, api_key: providerKey, timeout_s: 5 },
  });
  await asAdmin('POST', '/api/targets/1/run');
  await expect
    .poll(async () => (await asAdmin('GET', '/api/targets/1')).item.last_status, {
      timeout: 20_000,
    })
    .toBe('healthy');
  return {
    ...monitor,
    given,
    provider,
    receiver,
    asAdmin,
    ask: askerOf(monitor.origin, proxy_key),
  };
}

async function signIn(origin: string): Promise<Call> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${origin}/api/admin/login`, {
    ...{ method: 'POST', headers, body: JSON.stringify({ password }) },
  });
  const [cookie = ''] = (answer.headers.get('set-cookie') ?? '').split(';');
  return async (method, path, body) => {
    const init = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(origin + path, {
      method,
      headers: { ...headers, cookie, origin },
      ...init,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  };
}

function askerOf(origin: string, key: string) {
  return async (model: string): Promise<number> => {
    const { status, body } = await fetch(`${origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] }),
    });
    await body?.cancel();
    return status;
  };
}

/** Both models fail from now on. Returns when the second failure of each was answered. */
function die(provider: FakeProvider): () => number {
  const failures = new Map<string, number[]>();
  for (const model of ['gpt-4o', 'o3']) {
    provider.setBehaviour(model, (_request, response) => {
      failures.set(model, [...(failures.get(model) ?? []), Date.now()]);
      response.writeHead(503, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message: 'no capacity' } }));
    });
  }
  return () => Math.min(...[...failures.values()].map(([, second = Infinity]) => second));
}

/** As after the minute in which the attempts of a dead process aren't repeated. */
async function endLeases(dataDir: string): Promise<void> {
  const db = await openDatabase({ dataDir, now: () => Date.now() / 1000 });
  await db.kysely.updateTable('deliveries').set({ leased_until: 0 }).execute();
  await db.close();
}

const titlesOf = ({ received }: AlertReceiver) =>
  received.map(({ body }) => String(JSON.parse(body).title));

test('models that die under traffic are one notice, within five seconds', async () => {
  const { provider, receiver, ask, asAdmin } = await startMonitor();
  for (const model of ['gpt-4o', 'o3']) {
    await expect.poll(() => ask(model), { timeout: 20_000 }).toBe(200);
  }
  const secondFailureAt = die(provider);
  const stop = new AbortController();
  const traffic = (async () => {
    while (!stop.signal.aborted) {
      await Promise.all([ask('gpt-4o'), ask('o3')]);
      await pause(100);
    }
  })();
  await expect.poll(() => receiver.received.length, { timeout: 30_000 }).toBeGreaterThan(0);
  const tookMs = (receiver.received[0]?.at ?? 0) - secondFailureAt();
  console.info(`from the second failure to the notice: ${tookMs} ms`);
  expect(tookMs).toBeLessThan(5_000);
  // What follows is part of the same incident, so nobody is told again.
  await pause(6_000);
  stop.abort();
  await traffic;
  const { items } = await asAdmin('GET', '/api/incidents?state=open');
  expect(items).toMatchObject([
    { scope: 'channel', severity: 'critical', lacking: ['gpt-4o', 'o3'] },
  ]);
  expect(titlesOf(receiver)).toEqual([expect.stringContaining('no channel left for')]);
});

test('a monitor that is killed while it sends sends again with the same key, and only that', async () => {
  const first = await startMonitor();
  const { provider, receiver } = first;
  // The first attempt gets no answer before the monitor dies.
  let attempts = 0;
  receiver.answerWith(async () => {
    attempts += 1;
    if (attempts === 1) first.child.kill('SIGKILL');
    return 200;
  });
  die(provider);
  for (let times = 0; times < 60 && attempts === 0; times += 1) {
    await Promise.all([first.ask('gpt-4o'), first.ask('o3')]).catch(() => {});
    await pause(200);
  }
  await first.exited;
  expect(attempts).toBe(1);
  await endLeases(first.given.DATA_DIR);
  const second = await started(first.given);
  await expect.poll(() => receiver.received.length, { timeout: 30_000 }).toBe(2);
  const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toEqual(['n1-d1', 'n1-d1']);
  const asAdmin = await signIn(second.origin);
  const { items } = await asAdmin('GET', '/api/alerts/deliveries');
  expect(items.filter(({ status }: { status: string }) => status === 'sent')).toHaveLength(1);
});
