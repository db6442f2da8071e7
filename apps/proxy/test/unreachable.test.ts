import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { MonitorEvent } from '@api-monitor/core';
import { getTarget, recordProxyRequests } from '@api-monitor/db';
import { expect, onTestFinished, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { rawUpstream, upstreamForTest } from './providers.ts';

const chat = '/v1/chat/completions';
const answerWell: RequestListener = (_, response) => void response.end(goodBody);

/** An upstream whose port can be closed and opened again. */
async function closableUpstream() {
  const server = createServer(answerWell);
  const open = async (port = 0) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
  };
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  await open();
  onTestFinished(close);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return { origin: `http://127.0.0.1:${port}`, close, reopen: () => open(port) };
}

async function start(origin: string) {
  const models = { a: {}, b: {} };
  const gateway = await gatewayForTest({ channels: { relay: { origin, models } } });
  const ask = (model: string) => call(gateway.origin, chat, { body: chatTo(model) });
  return { ...gateway, ask, faults: () => gateway.events.flatMap(faultOf) };
}

function faultOf(event: MonitorEvent) {
  return event.type === 'fault_changed' ? [event.data] : [];
}

test('a channel to which two models got no connection rests as a whole, with one cause', async () => {
  const upstream = await closableUpstream();
  const { ask, faults, db, targetIds, recordsAtEnd } = await start(upstream.origin);
  upstream.close();
  expect([(await ask('a')).status, (await ask('b')).status]).toEqual([502, 502]);
  for (const model of ['a', 'b']) {
    const { status, headers, json } = await ask(model);
    expect([status, headers['retry-after'], json.error.code]).toEqual([503, '1', 'no_channel']);
  }
  const cause = { kind: 'network', error: 'connection refused', unreached_models: ['a', 'b'] };
  await expect.poll(() => faults().at(-1)?.fault).toMatchObject({ ...cause, failures: 1 });
  const heard = faults().at(-1)?.fault;
  await recordProxyRequests(db, await recordsAtEnd());
  const stored = (await getTarget(db, targetIds.relay ?? 0))?.fault;
  expect(stored).toMatchObject({ ...cause, failures: 1 });
  expect(stored?.since).toBeCloseTo(heard?.since ?? 0, 2);
  expect(stored?.rest_until).toBeCloseTo(heard?.rest_until ?? 0, 2);
});

test('a moment without connections is soon over for clients of all models', async () => {
  const upstream = await closableUpstream();
  const { ask, faults } = await start(upstream.origin);
  upstream.close();
  const reopening = setTimeout(() => void upstream.reopen(), 500);
  onTestFinished(() => clearTimeout(reopening));
  const statuses: number[] = [];
  while (statuses.slice(-6).some((status) => status !== 200) || statuses.length < 6) {
    for (const model of ['a', 'b']) statuses.push((await ask(model)).status);
    await new Promise((rest) => setTimeout(rest, 50));
  }
  const failed = statuses.filter((status) => status !== 200);
  expect(new Set(failed)).toEqual(new Set([502, 503]));
  expect(faults().at(-1)?.fault).toBeNull();
  expect(new Set(faults().flatMap(({ fault }) => fault?.since ?? [])).size).toBe(1);
});

test('what one model gets is not the channel’s fault', async () => {
  const busy = await upstreamForTest((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (body.includes('"b"')) response.end(goodBody);
      else response.writeHead(503).end('{"error":{"message":"overloaded"}}');
    });
  });
  const { ask, faults } = await start(busy);
  expect([(await ask('a')).status, (await ask('b')).status]).toEqual([503, 200]);
  expect(faults()).toEqual([]);
});

test('connections that break after the request was sent are not', async () => {
  const { origin } = await rawUpstream(() => null);
  const { ask, faults } = await start(origin);
  expect([(await ask('a')).status, (await ask('b')).status]).toEqual([502, 502]);
  expect(faults()).toEqual([]);
});
