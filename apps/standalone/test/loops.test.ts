import { once } from 'node:events';
import { createServer, request as requestOf } from 'node:http';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { expect, onTestFinished, test } from 'vitest';
import { started, tempDir } from './start-program.ts';

const token = 'token-of-the-test';
const master = 'sk-master-0123456789abcdef';

interface Channel {
  id: number;
  running: boolean;
  last_run_at: number | null;
  last_status: string | null;
  last_error: string | null;
  latest_models: { model: string; success: boolean; error: string | null }[];
}

async function startProduct() {
  const env = { API_MONITOR_TOKEN: token, PROXY_MASTER_TOKEN: master, LOG_LEVEL: 'warn' };
  const { origin } = await started({ DATA_DIR: await tempDir(), ...env });
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(origin + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await answer.json()) as { item: Channel };
  };
  const channelOf = async (id: number): Promise<Channel> =>
    (await call('GET', `/api/targets/${id}`)).item;
  const run = async (id: number): Promise<Channel> => {
    const before = (await channelOf(id)).last_run_at;
    await call('POST', `/api/targets/${id}/run`);
    const isOver = async () => {
      const { running, last_run_at } = await channelOf(id);
      return !running && last_run_at !== before;
    };
    await expect.poll(isOver, { timeout: 15_000 }).toBe(true);
    return channelOf(id);
  };
  return {
    origin,
    call,
    run,
    add: async (name: string, base_url: string): Promise<number> =>
      (await call('POST', '/api/targets', { name, base_url, api_key: master })).item.id,
    /** Requests that the gateway forwarded, and those that it rejected as loops. */
    async counts() {
      const headers = { authorization: `Bearer ${token}` };
      const text = await (await fetch(`${origin}/metrics`, { headers })).text();
      const sum = (pattern: RegExp) =>
        [...text.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
      return {
        forwarded: sum(/^api_monitor_gateway_requests_total\{.*\} (\d+)$/gm),
        refused: sum(/^api_monitor_gateway_refused_total\{reason="loop"\} (\d+)$/gm),
      };
    },
    /** `targetId`: only this channel is asked. */
    ask: (model: string, targetId?: number) =>
      fetch(`${origin}/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${master}`,
          'content-type': 'application/json',
          ...(targetId === undefined ? {} : { 'x-target-id': String(targetId) }),
        },
        body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Who are you?' }] }),
        signal: AbortSignal.timeout(10_000),
      }),
  };
}

/** A reverse proxy in front of a product, at another address. */
async function reverseProxy(origin: string): Promise<string> {
  const server = createServer(({ method, url, headers }, response) => {
    const passed = requestOf(origin + url, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    passed.end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const place = server.address();
  return `http://127.0.0.1:${typeof place === 'object' ? place?.port : ''}`;
}

test('the verdict of a channel that leads back through a proxy says so', async () => {
  const product = await startProduct();
  const id = await product.add('self', await reverseProxy(product.origin));
  expect(await product.run(id)).toMatchObject({
    last_status: 'error',
    last_error:
      'model list: HTTP 508: the request came back to the API Monitor that sent it: a channel loops back to this monitor',
  });
});

test('two products whose channels lead to each other answer at once, and probes say why', async () => {
  const provider = await startFakeProvider({ models: { m: 'good' }, apiKey: master });
  onTestFinished(() => provider.close());
  const [a, b] = await Promise.all([startProduct(), startProduct()]);
  const ways = [
    { from: a, good: await a.add('good', provider.origin), over: await a.add('over', b.origin) },
    { from: b, good: await b.add('good', provider.origin), over: await b.add('over', a.origin) },
  ];
  for (const { from, good } of ways) await from.run(good);
  for (const { from, over } of ways) {
    const { latest_models } = await from.run(over);
    expect(latest_models.find(({ model }) => model === 'm')?.success).toBe(true);
  }
  for (const { from, good } of ways) {
    await from.call('PATCH', `/api/targets/${good}`, { enabled: false });
  }
  // Each gateway reads changes at least once a second.
  // The other product lists "good/m" too, so only the channel's id names it alone.
  const askGood = () => Promise.all(ways.map(({ from, good }) => from.ask('m', good)));
  await expect.poll(async () => (await askGood()).map(({ status }) => status)).toEqual([404, 404]);
  const before = [await a.counts(), await b.counts()];
  const answer = await a.ask('m');
  expect(answer.status).toBe(508);
  expect(await answer.json()).toMatchObject({ error: { code: 'loop_detected' } });
  // One loop for the client, and one for the probe after the rest that such an answer is followed by.
  const spent = async () =>
    [await a.counts(), await b.counts()].map(({ forwarded, refused }, at) => [
      forwarded - (before[at]?.forwarded ?? 0),
      refused - (before[at]?.refused ?? 0),
    ]);
  const twiceAround = [
    [1, 2],
    [2, 0],
  ];
  await expect.poll(spent).toEqual(twiceAround);
  const { latest_models } = await a.run(ways[0]?.over ?? 0);
  expect(latest_models.find(({ model }) => model === 'm')).toMatchObject({
    success: false,
    error:
      'HTTP 508: the request came back to the API Monitor that sent it: a channel loops back to this monitor',
  });
});

test('a channel at the product’s own port is rejected, under any host name', async () => {
  const { origin, call } = await startProduct();
  const { port } = new URL(origin);
  for (const host of ['localhost', '127.0.0.1', '0.0.0.0']) {
    const channel = { name: 'self', base_url: `http://${host}:${port}/v1`, api_key: master };
    expect(await call('POST', '/api/targets', channel)).toEqual({
      detail: "base_url must not be this monitor's own address: its gateway would call itself",
      fields: { base_url: { code: 'own_address' } },
    });
  }
});
