import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import type { RequestListener } from 'node:http';
import { BlockList, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInProcessBus } from '@api-monitor/bus';
import type { GivenSettings, MonitorEvent, ProxyRequest } from '@api-monitor/core';
import { type Database, type OpenedDatabase, openDatabase } from '@api-monitor/db';
import { testDatabaseUrl } from '@api-monitor/db/testing';
import { createLogger, createMetricsRegistry, serveHttp } from '@api-monitor/runtime';
import { noProxies } from '@api-monitor/upstream';
import { onTestFinished } from 'vitest';
import { createGateway, type GatewayOptions } from '../src/create-gateway.ts';
import { createGatewayStore, type GatewayStore } from '../src/gateway-store.ts';
import { addChannel, type TestChannel } from './test-channel.ts';
import { addKey, type TestKey } from './test-key.ts';

export const masterToken = 'master-token-0123456789';
export const clientKey = 'sk-proxy-client-0123456789';

/** What every gateway under test is given. */
export const testOptions = {
  allowPrivate: 'on',
  proxies: noProxies,
  bodyLimitBytes: 4 * 1024 ** 2,
  bodiesLimitBytes: 64 * 1024 ** 2,
  webSockets: { isOn: true, limit: 100, limitPerKey: 10 },
  idleTimeoutMs: 5_000,
  attemptLimit: 4,
  corsOrigins: [],
  basePath: '/',
  trustedProxies: new BlockList(),
  // Tests wait for the gateway to see what they changed, and for what it records.
  periods: { board: 50, records: 20, limits: 20 },
} satisfies Partial<GatewayOptions>;

interface Given {
  /** By name; each is a channel whose models were probed, in this order. */
  channels?: Record<string, TestChannel>;
  /** In addition to `clientKey`, which may use everything. */
  keys?: TestKey[];
  /** The master token in force; `masterToken` by default. */
  readMasterToken?: () => Promise<string>;
  /** Changes how the store answers, such as how fast. */
  withStore?: (store: GatewayStore) => GatewayStore;
  options?: Partial<GatewayOptions>;
  /** Beside those that every gateway under test is given. */
  settings?: GivenSettings;
}

interface StoreParts {
  db: Database;
  nowS: () => number;
  readMasterToken?: (() => Promise<string>) | undefined;
  settings?: GivenSettings | undefined;
}

/** What a gateway asks this database; the master token is `masterToken` by default. */
export function testStore({
  readMasterToken = async () => masterToken,
  settings,
  ...parts
}: StoreParts) {
  const givenSettings: GivenSettings = { routing_policy: 'priority', patience_s: 20, ...settings };
  return createGatewayStore({ ...parts, readMasterToken, givenSettings });
}

export type TestGateway = Awaited<ReturnType<typeof openTestGateway>>;

/** A gateway on its own port, with a real database; is closed when the test ends. */
export async function gatewayForTest(given: Given = {}): Promise<TestGateway> {
  const gateway = await openTestGateway(given);
  onTestFinished(() => gateway.close());
  return gateway;
}

/** The same, closed by the caller. */
export async function openTestGateway(given: Given = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'proxy-'));
  const clock = { aheadS: 0 };
  const nowS = () => Date.now() / 1000 + clock.aheadS;
  const db = await openDatabase({ dataDir, databaseUrl: await testDatabaseUrl(), now: nowS });
  const targetIds = await fill(db, given, nowS());
  const { bus, seen } = openBus();
  const logLines: string[] = [];
  const sink = { write: (line: string) => logLines.push(line) };
  const metrics = createMetricsRegistry();
  const { readMasterToken, settings } = given;
  const store = testStore({ db, nowS, readMasterToken, settings });
  const gateway = await createGateway({
    store: given.withStore?.(store) ?? store,
    bus,
    logger: createLogger({ name: 'test', level: 'debug' }, sink),
    metrics,
    ...testOptions,
    nowS,
    ...given.options,
  });
  const connections = new Set<Socket>();
  const hearers: RequestListener[] = [];
  const server = await serveHttp({
    port: 0,
    host: '127.0.0.1',
    refuse: gateway.refuse,
    upgrades: gateway.upgrades,
    listener(request, response) {
      const { socket } = request;
      if (!connections.has(socket)) socket.once('close', () => connections.delete(socket));
      connections.add(socket);
      for (const hear of hearers) hear(request, response);
      if (!gateway.handle(request, response)) response.writeHead(404).end('not the gateway');
    },
  });
  let closing: Promise<void> | null = null;
  const closeAll = async () => {
    await server.close(0);
    await gateway.close();
    await bus.close();
    await db.close();
    await rm(dataDir, { recursive: true });
  };
  return {
    db,
    bus,
    clock,
    nowS,
    port: server.port,
    stopKeepAlive: server.stopKeepAlive,
    upgrades: gateway.upgrades,
    /** Calls the listener with each request before the gateway gets it. */
    onRequest: (listener: RequestListener) => void hearers.push(listener),
    /** The open connections that have had a request. */
    connections,
    metrics,
    logLines,
    targetIds,
    origin: `http://127.0.0.1:${server.port}`,
    ...seen,
    /** Closes the gateway, so that it queues its last records, and returns all of them. */
    async recordsAtEnd() {
      await gateway.close();
      return seen.records;
    },
    close() {
      closing ??= closeAll();
      return closing;
    },
  };
}

async function fill(db: OpenedDatabase, { channels = {}, keys = [] }: Given, nowS: number) {
  const targetIds: Record<string, number> = {};
  for (const [name, channel] of Object.entries(channels)) {
    targetIds[name] = await addChannel(db, name, channel, nowS);
  }
  for (const key of [{ key: clientKey }, ...keys]) await addKey(db, key, targetIds, nowS);
  return targetIds;
}

/** A bus whose events and records are kept for the test. */
function openBus() {
  const bus = createInProcessBus({ nowMs: Date.now, onFault: (fault) => console.error(fault) });
  const events: MonitorEvent[] = [];
  const records: ProxyRequest[] = [];
  bus.events.subscribe(({ event }) => events.push(event));
  bus.proxyRequests.consume(async ({ requests }) => void records.push(...requests), {
    concurrency: 1,
  });
  return { bus, seen: { events, records } };
}

export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('not listening on a port');
  return address.port;
}
