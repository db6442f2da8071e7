import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { BlockList } from 'node:net';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { listTargets } from '@api-monitor/db';
import { createLogger } from '@api-monitor/runtime';
import { expect, onTestFinished, test } from 'vitest';
import { applyChannelsFile } from '../src/transfer/code/apply-channels-file.ts';
import { createUploadReader } from '../src/transfer/upload/upload-reader.ts';
import { adminToken, newTarget, openTestApi } from './open-test-api.ts';

const detail = /^base_url must not be this monitor's own address/;
const trustedProxies = new BlockList();
trustedProxies.addAddress('10.0.0.1');

type TestApi = Awaited<ReturnType<typeof openTestApi>>;

/** Adds channels like a browser that reached the dashboard at `host`. */
async function askedAt(host: string, more: Record<string, string> = {}) {
  const api = await openTestApi({ trustedProxies });
  const as = api.callWith({ host, authorization: `Bearer ${adminToken}`, ...more });
  return { ...api, add: (base_url: string) => addVia(as, base_url) };
}

let names = 0;
function addVia(as: TestApi['asAdmin'], base_url: string) {
  names += 1;
  return as('POST', '/api/targets', { ...newTarget, name: `channel ${names}`, base_url });
}

test('below a base path, that path is its own address too', async () => {
  const { callWith } = await openTestApi({ basePath: '/monitor/' });
  const as = callWith({ host: 'monitor.example', authorization: `Bearer ${adminToken}` });
  for (const path of ['', '/monitor', '/monitor/v1']) {
    expect((await addVia(as, `http://monitor.example${path}`)).json.detail).toMatch(detail);
  }
  expect((await addVia(as, 'http://monitor.example/other')).status).toBe(200);
});

test.each([
  ['monitor.example', 'http://monitor.example'],
  ['monitor.example', 'http://Monitor.Example:80/v1/'],
  ['monitor.example', 'http://monitor.example./v1'],
  ['monitor.example.', 'http://monitor.example'],
  ['monitor.example:8443', 'https://monitor.example:8443'],
  ['monitor.example:443', 'https://monitor.example'],
  ['192.0.2.7:8081', 'http://192.0.2.7:8081/v1'],
  ['[2001:db8::7]:8081', 'http://[2001:DB8:0:0::7]:8081'],
])('a dashboard at %s refuses its own address %s', async (host, base_url) => {
  const { add } = await askedAt(host);
  const { status, json } = await add(base_url);
  expect([status, json.detail]).toEqual([400, expect.stringMatching(detail)]);
});

test.each([
  ['monitor.example', 'https://relay.example'],
  ['monitor.example', 'https://monitor.example:3000'],
  ['monitor.example:8443', 'https://monitor.example'],
  // Another program may use the port of the other scheme, unless a trusted proxy says that it ends TLS.
  ['nas.local', 'https://nas.local'],
  // Another service may share the name.
  ['monitor.example', 'http://monitor.example/one-api'],
  // The caller's loopback may be another machine than the monitor's.
  ['localhost:3000', 'http://localhost:3000'],
  ['127.0.0.1:3000', 'http://127.0.0.1:3000'],
  ['[::1]:3000', 'http://[::1]:3000'],
])('a dashboard at %s accepts the address %s', async (host, base_url) => {
  const { add } = await askedAt(host);
  expect((await add(base_url)).status).toBe(200);
});

/** Adds a channel through a proxy at `peerAddress`, which forwards requests to `inner:8081`. */
async function addThrough(
  { api }: TestApi,
  peerAddress: string,
  base_url: string,
  more: Record<string, string> = {},
) {
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${adminToken}`,
    host: 'inner:8081',
    'x-forwarded-host': 'monitor.example',
    ...more,
  };
  names += 1;
  const body = JSON.stringify({ ...newTarget, name: `channel ${names}`, base_url });
  const init = { method: 'POST', headers, body };
  return (await api.app.request('/api/targets', init, { peerAddress })).status;
}

test('only a trusted proxy may say which host was requested', async () => {
  const api = await openTestApi({ trustedProxies });
  expect(await addThrough(api, '10.0.0.1', 'http://monitor.example')).toBe(400);
  expect(await addThrough(api, '203.0.113.9', 'http://monitor.example')).toBe(200);
  expect(await addThrough(api, '203.0.113.9', 'http://inner:8081')).toBe(400);
});

test('if a trusted proxy ends TLS, both schemes lead to the monitor', async () => {
  const api = await openTestApi({ trustedProxies });
  const tls = { 'x-forwarded-proto': 'https' };
  const add = (base_url: string, more = tls) => addThrough(api, '10.0.0.1', base_url, more);
  for (const base_url of ['https://monitor.example./v1', 'http://monitor.example']) {
    expect(await add(base_url), base_url).toBe(400);
  }
  expect(await add('https://monitor.example:3000')).toBe(200);
  expect(await add('https://monitor.example', { 'x-forwarded-proto': 'http' })).toBe(200);
  expect(await addThrough(api, '203.0.113.9', 'https://inner', { host: 'inner', ...tls })).toBe(
    200,
  );
});

function listeningAt(host: string | undefined, port = 8081) {
  return openTestApi({ listener: () => ({ host, port }) });
}

const [interfaceAddress] = Object.values(networkInterfaces())
  .flat()
  .flatMap((one) => (one && one.family === 'IPv4' && !one.internal ? one.address : []));

test.each([
  [undefined, 'http://localhost:8081'],
  [undefined, 'http://127.0.0.1:8081/v1'],
  [undefined, 'http://127.9.9.9:8081'],
  [undefined, 'http://0x7f000001:8081'],
  [undefined, 'http://0.0.0.0:8081'],
  [undefined, 'http://[::1]:8081'],
  [undefined, 'http://[::ffff:127.0.0.1]:8081'],
  [undefined, 'http://monitor.localhost:8081'],
  [undefined, 'http://localhost.:8081'],
  [undefined, `http://${hostname()}:8081`],
  ['0.0.0.0', 'http://localhost:8081'],
  ['::', `http://${interfaceAddress ?? '127.0.0.1'}:8081`],
  ['127.0.0.1', 'http://localhost:8081'],
  ['127.0.0.1', 'http://127.0.0.1:8081'],
  ['localhost', 'http://127.0.0.1:8081'],
  ['192.0.2.7', 'http://192.0.2.7:8081'],
])('a monitor that listens at %s refuses %s', async (host, base_url) => {
  const { asAdmin } = await listeningAt(host);
  const { status, json } = await addVia(asAdmin, base_url);
  expect([status, json.detail]).toEqual([400, expect.stringMatching(detail)]);
});

test.each([
  [undefined, 'http://localhost:3000'],
  [undefined, 'http://localhost'],
  [undefined, 'http://192.0.2.7:8081'],
  [undefined, 'http://localhost:8081/one-api'],
  ['192.0.2.7', 'http://127.0.0.1:8081'],
  ['127.0.0.1', 'http://192.0.2.7:8081'],
])('a monitor that listens at %s accepts %s', async (host, base_url) => {
  const { asAdmin } = await listeningAt(host);
  expect((await addVia(asAdmin, base_url)).status).toBe(200);
});

test('an address without a port means port 80', async () => {
  const { asAdmin } = await listeningAt(undefined, 80);
  expect((await addVia(asAdmin, 'http://localhost')).status).toBe(400);
  expect((await addVia(asAdmin, 'https://localhost')).status).toBe(200);
});

test('a move to the own address is refused; other changes of a channel that has it are not', async () => {
  const { callWith, asAdmin } = await openTestApi();
  const { json } = await addVia(asAdmin, 'http://monitor.example');
  const { id } = json.item;
  const as = callWith({ host: 'monitor.example', authorization: `Bearer ${adminToken}` });
  const patch = (fields: object) => as('PATCH', `/api/targets/${id}`, fields);
  const kept = { base_url: 'http://monitor.example/v1', enabled: false };
  expect((await patch(kept)).json.item).toMatchObject({ enabled: false });
  const api_key = newTarget.api_key;
  expect((await patch({ base_url: 'https://relay.example', api_key })).status).toBe(200);
  const back = await patch({ base_url: 'http://monitor.example', api_key });
  expect([back.status, back.json.detail]).toEqual([400, expect.stringMatching(detail)]);
});

test('an import refuses channels that lead to the monitor, new or changed', async () => {
  const api = await openTestApi({ listener: () => ({ host: undefined, port: 8081 }) });
  await api.asSession('POST', '/api/targets', newTarget);
  const channels = [
    { name: 'new', base_url: 'http://localhost:8081/v1', api_key: 'k' },
    { name: 'relay', base_url: 'http://localhost:8081', api_key: 'k' },
    { name: 'other', base_url: 'http://localhost:3000', api_key: 'k' },
  ];
  for (const query of ['?dry_run=1', '']) {
    const { json } = await api.asSession('POST', `/api/admin/channels/import${query}`, {
      channels,
    });
    const refused = { outcome: 'refused', reason: expect.stringMatching(detail) };
    expect(json.items).toMatchObject([refused, refused, { outcome: 'created' }]);
  }
});

test('a channels file that leads to the monitor stops the start with a line for the entry', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'own-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const path = join(dir, 'channels.yaml');
  await writeFile(
    path,
    'channels:\n- {name: self, base_url: "http://127.0.0.1:8081", api_key: k}\n',
  );
  const { db, bus } = await openTestApi();
  const uploadReader = createUploadReader();
  onTestFinished(() => uploadReader.close());
  const deps = {
    ...{ db, bus, now: () => 1, logger: createLogger({ name: 'test', level: 'silent' }) },
    givenSettings: { default_interval_min: 30, log_cleanup_enabled: true, log_max_size_mb: 500 },
    listener: () => ({ host: undefined, port: 8081 }),
    uploadReader,
  };
  await expect(applyChannelsFile(deps, { path, variables: {} })).rejects.toThrow(
    `CHANNELS_FILE ${path}: channels[0] ("self"): base_url must not be`,
  );
  expect(await listTargets(db)).toEqual([]);
});
