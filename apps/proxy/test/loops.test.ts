import { type IncomingHttpHeaders, request as requestOf } from 'node:http';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest, type TestGateway } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';
import { addChannel, upstreamKey } from './test-channel.ts';

/** Without a guard, a ring continues until this machine runs out of sockets. */
const mostRequests = 60;

/** A gateway that other gateways' channels lead to, and the requests that it got. */
async function member() {
  const gateway = await gatewayForTest({ keys: [{ key: upstreamKey }] });
  const asked: IncomingHttpHeaders[] = [];
  gateway.onRequest(({ headers, method }, response) => {
    if (method === 'POST') asked.push(headers);
    if (asked.length > mostRequests) response.destroy();
  });
  let channels = 0;
  /** Adds channels in this order, proven alive. */
  const leadTo = async (...origins: string[]) => {
    for (const origin of origins) {
      channels += 1;
      const channel = { origin, models: { m: {} } };
      const target_id = await addChannel(gateway.db, `c${channels}`, channel, gateway.nowS());
      await gateway.bus.events.publish({ type: 'target_updated', data: { target_id } });
    }
    // A bare name is listed beside the full ones.
    const listed = async () => (await call(gateway.origin, '/v1/models')).json.data.length;
    await expect.poll(listed).toBe(channels + 1);
  };
  return { ...gateway, asked, leadTo };
}

/** The same gateway at another address, which looks like another monitor's. */
function relayTo(origin: string): Promise<string> {
  return upstreamForTest((request, response) => {
    const { method, headers } = request;
    const passed = requestOf(origin + request.url, { method, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    passed.on('error', () => response.destroy());
    response.on('close', () => passed.destroy());
    request.pipe(passed);
  });
}

const ask = ({ origin }: Pick<TestGateway, 'origin'>, headers: Record<string, string> = {}) =>
  call(origin, '/v1/chat/completions', { headers, body: chatTo('m') });

const foreignMark = (n: number) => `1.1 api-monitor-${n.toString(16).padStart(16, '0')}`;

test('a forwarded request carries our mark, after the entries of the client’s own proxies', async () => {
  const seen: (string | undefined)[] = [];
  const origin = await upstreamForTest((request, response) => {
    seen.push(request.headers.via);
    response.end(goodBody);
  });
  const gateway = await member();
  await gateway.leadTo(origin);
  const given = '1.1 nginx, HTTP/2 Caddy (a, comment (nested)), 1.1 proxy.inner.example:3128';
  for (const via of [{}, { via: given }, { via: 'nonsense, 1.1 (, ,' }]) {
    expect((await ask(gateway, via)).status).toBe(200);
  }
  expect(seen[0]).toMatch(/^1\.1 api-monitor-[0-9a-f]{16}$/);
  expect(seen[1]).toBe(`1.1 nginx, HTTP/2 Caddy, 1.1 hidden, ${seen[0]}`);
  expect(seen[2]).toBe(seen[0]);
});

test('a channel that leads to the gateway itself is detected at once, in every dialect', async () => {
  const gateway = await member();
  const { origin, asked } = gateway;
  await gateway.leadTo(origin, origin, origin, origin);
  const chat = await ask(gateway);
  expect([chat.status, chat.json.error.code]).toEqual([508, 'loop_detected']);
  expect(chat.headers['x-should-retry']).toBe('false');
  expect(asked).toHaveLength(2);
  const messages = await call(origin, '/v1/messages', { body: chatTo('c1/m') });
  expect([messages.status, messages.json.error.type]).toEqual([508, 'api_error']);
  const body = { contents: [] };
  const gemini = await call(origin, '/v1beta/models/c1/m:generateContent', { body });
  expect([gemini.status, gemini.json.error.status]).toEqual([508, 'FAILED_PRECONDITION']);
  // These two are refused by the gateway's second visit: a channel that is named has no fallback.
  for (const { error } of [messages.json, gemini.json]) {
    expect(error.message).toContain('came back to the API Monitor that sent it');
  }
  const metrics = await gateway.metrics.metrics();
  expect(metrics).toContain('api_monitor_gateway_refused_total{reason="loop"} 3');
});

test('a model list that loops back is refused too, with or without a key', async () => {
  const gateway = await member();
  let via = '';
  const origin = await upstreamForTest((request, response) => {
    via = request.headers.via ?? '';
    response.end(goodBody);
  });
  await gateway.leadTo(origin);
  await ask(gateway);
  const listed = (path: string, key: string | null) =>
    call(gateway.origin, path, { key, headers: { via: `1.1 nginx, ${via}, 1.1 Caddy` } });
  const openai = await listed('/v1/models', 'sk-unknown');
  expect([openai.status, openai.json.error.code]).toEqual([508, 'loop_detected']);
  const gemini = await listed('/v1beta/models', null);
  expect([gemini.status, gemini.json.error.code]).toEqual([508, 508]);
  expect((await listed('/models/m', null)).status).toBe(508);
});

test('a large body doesn’t delay the refusal', async () => {
  const gateway = await member();
  await gateway.leadTo(gateway.origin);
  const body = chatTo('m', { pad: 'x'.repeat(3_000_000) });
  const answer = await call(gateway.origin, '/v1/chat/completions', { body });
  expect([answer.status, gateway.asked.length]).toEqual([508, 2]);
});

test('a client’s request tries every channel at another address, however many loop back', async () => {
  const provider = await providerForTest();
  const gateway = await member();
  const looping = await Promise.all([relayTo(gateway.origin), relayTo(gateway.origin)]);
  await gateway.leadTo(gateway.origin, ...looping, provider.origin);
  expect((await ask(gateway)).status).toBe(200);
  expect(gateway.asked).toHaveLength(4);
});

test('another monitor’s request gives up after two channels that loop back', async () => {
  const provider = await providerForTest();
  const gateway = await member();
  const looping = await Promise.all([relayTo(gateway.origin), relayTo(gateway.origin)]);
  await gateway.leadTo(...looping, provider.origin);
  expect((await ask(gateway, { via: foreignMark(1) })).status).toBe(508);
  expect(gateway.asked).toHaveLength(3);
});

test('a ring of two costs three requests, however many channels form it', async () => {
  const [a, b] = [await member(), await member()];
  await a.leadTo(b.origin, b.origin, b.origin, b.origin);
  await b.leadTo(a.origin, a.origin, a.origin, a.origin);
  expect((await ask(a)).status).toBe(508);
  expect([a.asked.length, b.asked.length]).toEqual([2, 1]);
});

test('a ring of two whose members have several addresses costs thirteen requests', async () => {
  const [a, b] = [await member(), await member()];
  const addresses = ({ origin }: TestGateway) => Promise.all(Array(4).fill(origin).map(relayTo));
  await a.leadTo(...(await addresses(b)));
  await b.leadTo(...(await addresses(a)));
  expect((await ask(a)).status).toBe(508);
  // The client's request tries four channels, and each request that a monitor sent tries two.
  expect([a.asked.length, b.asked.length]).toEqual([9, 4]);
});

test('a request leaves a ring through a channel that leads out of it', async () => {
  const provider = await providerForTest();
  const [a, b] = [await member(), await member()];
  await a.leadTo(b.origin);
  await b.leadTo(a.origin, a.origin, provider.origin);
  for (const gateway of [a, b]) expect((await ask(gateway)).status).toBe(200);
  expect(provider.received()).toBe(2);
});

test('the last channel’s answer passes through even if others before it looped back', async () => {
  const gateway = await member();
  const busy = await upstreamForTest((_, response) => {
    response.writeHead(429, { 'retry-after': '7' }).end('{"error": {"message": "busy"}}');
  });
  await gateway.leadTo(gateway.origin, gateway.origin, busy);
  const answer = await ask(gateway);
  expect([answer.status, answer.headers['retry-after']]).toEqual([429, '7']);
});

test('a loop counts against a channel only at the monitor where the request began', async () => {
  const [a, b] = [await member(), await member()];
  await a.leadTo(b.origin);
  await b.leadTo(a.origin);
  await ask(a);
  const failed = ({ events }: TestGateway) =>
    events.filter(({ type }) => type === 'evidence_changed').length;
  expect([failed(a), failed(b)]).toEqual([1, 0]);
  const record = (await a.recordsAtEnd()).find(({ refused_for }) => refused_for === null);
  expect(record).toMatchObject({ status: 508, attempts: [{ status: 508, is_live_failure: true }] });
});

test('a request may pass through at most seven other monitors', async () => {
  const provider = await providerForTest();
  const gateway = await member();
  await gateway.leadTo(provider.origin);
  const through = (count: number) => {
    const marks = Array.from({ length: count }, (_, n) => foreignMark(n + 1));
    return ask(gateway, { via: ['1.1 nginx', ...marks, '1.1 Caddy'].join(', ') });
  };
  expect((await through(7)).status).toBe(200);
  const refused = await through(8);
  expect([refused.status, refused.json.error.code]).toEqual([508, 'loop_detected']);
  expect(refused.json.error.message).toContain('8 other');
  expect(provider.received()).toBe(1);
});
