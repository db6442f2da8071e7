import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { createInProcessBus } from '@api-monitor/bus';
import type { MonitorEvent } from '@api-monitor/core';
import { expect, onTestFinished, test } from 'vitest';
import { createEventClients } from '../src/events/event-clients.ts';
import { serveApi } from '../src/serve-api.ts';
import { adminToken, openTestApi } from './open-test-api.ts';

const updated = (target_id: number): MonitorEvent => ({
  type: 'target_updated',
  data: { target_id },
});

/** Listens over a real socket and collects what arrives. */
async function listen(port: number, headers: Record<string, string> = {}) {
  let text = '';
  let isClosed = false;
  const client = request({
    port,
    path: '/api/events',
    headers: { ...headers, authorization: `Bearer ${adminToken}` },
  });
  client.on('response', (response) => {
    response.on('data', (chunk) => {
      text += chunk;
    });
    response.on('close', () => {
      isClosed = true;
    });
  });
  client.on('error', () => {});
  client.end();
  onTestFinished(() => void client.destroy());
  await expect.poll(() => text).toContain('event: connected\ndata: ok\n\n');
  return { text: () => text, isClosed: () => isClosed, leave: () => client.destroy() };
}

async function serveTestApi() {
  const test = await openTestApi();
  const server = await serveApi(test.api, { port: 0, host: '127.0.0.1' });
  onTestFinished(() => server.close(0));
  return { ...test, server };
}

test('a client is connected at once and gets each event with its id', async () => {
  const { bus, server } = await serveTestApi();
  const client = await listen(server.port);
  await bus.events.publish(updated(7));
  await expect
    .poll(client.text)
    .toMatch(/id: \d+-\d+\nevent: target_updated\ndata: \{"target_id":7\}\n\n/);
});

test('a client that comes back gets what it missed, and nothing twice', async () => {
  const { bus, server } = await serveTestApi();
  const first = await listen(server.port);
  await bus.events.publish(updated(1));
  await expect.poll(first.text).toContain('"target_id":1');
  const lastId = /id: (\S+)/.exec(first.text())?.[1] ?? '';
  first.leave();
  await bus.events.publish(updated(2));
  const second = await listen(server.port, { 'last-event-id': lastId });
  await bus.events.publish(updated(3));
  await expect.poll(second.text).toContain('"target_id":3');
  const ids = [...second.text().matchAll(/"target_id":(\d)/g)].map((match) => match[1]);
  expect(ids).toEqual(['2', '3']);
});

test('a client with an unknown last id has to read everything again', async () => {
  const { server } = await serveTestApi();
  const client = await listen(server.port, { 'last-event-id': '1-0' });
  await expect.poll(client.text).toContain('event: resync\n');
});

test('events between processes reach no client', async () => {
  const { bus, server } = await serveTestApi();
  const client = await listen(server.port);
  await bus.events.publish({ type: 'settings_changed', data: { keys: ['proxy_master_token'] } });
  await bus.events.publish(updated(1));
  await expect.poll(client.text).toContain('target_updated');
  expect(client.text()).not.toContain('settings_changed');
});

test('a client that leaves no longer counts', async () => {
  const { asAdmin, server } = await serveTestApi();
  const count = async () =>
    /api_monitor_event_clients (\d+)/.exec((await asAdmin('GET', '/metrics')).text)?.[1];
  const client = await listen(server.port);
  expect(await count()).toBe('1');
  client.leave();
  await expect.poll(count).toBe('0');
});

test('closing the server ends the streams', async () => {
  const { api, server } = await serveTestApi();
  const client = await listen(server.port);
  api.close();
  await server.close(5000);
  await expect.poll(client.isClosed).toBe(true);
});

test('an idle connection does not keep the server from closing', async () => {
  const { server } = await serveTestApi();
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  const ended = once(socket, 'close');
  // The grace is an hour: if the server waited, the test would time out.
  await server.close(3_600_000);
  await ended;
});

function clientsOver(limits = { total: 3, perAddress: 2 }) {
  const bus = createInProcessBus({ nowMs: Date.now, onFault: () => {} });
  const clients = createEventClients({ events: bus.events, heartbeatMs: 60_000, limits });
  onTestFinished(() => clients.close());
  return { bus, clients };
}

test('events during the read of the history come once, after what was missed', async () => {
  const { bus } = clientsOver();
  const gate = Promise.withResolvers<void>();
  const events = {
    ...bus.events,
    since: async (lastId: string) => {
      const missed = await bus.events.since(lastId);
      await gate.promise;
      return missed;
    },
  };
  const clients = createEventClients({
    events,
    heartbeatMs: 60_000,
    limits: { total: 9, perAddress: 9 },
  });
  onTestFinished(() => clients.close());
  let lastId = '';
  const stop = bus.events.subscribe(({ id }) => {
    lastId = id;
  });
  await bus.events.publish(updated(1));
  stop();
  await bus.events.publish(updated(2));
  const connecting = clients.connect('a', lastId);
  await bus.events.publish(updated(3));
  gate.resolve();
  const reader = (await connecting).getReader();
  await bus.events.publish(updated(4));
  let text = '';
  while (!text.includes('"target_id":4')) {
    text += new TextDecoder().decode((await reader.read()).value);
  }
  expect([...text.matchAll(/"target_id":(\d)/g)].map((match) => match[1])).toEqual(['2', '3', '4']);
});

test('a client that does not read is dropped, and the others continue', async () => {
  const { bus, clients } = clientsOver();
  const slow = await clients.connect('a', null);
  const quick = (await clients.connect('b', null)).getReader();
  let received = 0;
  const reading = (async () => {
    while (!(await quick.read()).done) received += 1;
  })();
  for (let i = 0; i < 10_000; i += 1) {
    await bus.events.publish(updated(i));
    if (i % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(clients.count()).toBe(1);
  await expect.poll(() => received).toBe(10_001);
  clients.close();
  await reading;
  await slow.cancel();
});

test('streams are limited, per address and in total', async () => {
  const { clients } = clientsOver();
  await clients.connect('a', null);
  await clients.connect('a', null);
  await expect(clients.connect('a', null)).rejects.toThrow('too many open event streams');
  await clients.connect('b', null);
  await expect(clients.connect('c', null)).rejects.toThrow('too many open event streams');
});
