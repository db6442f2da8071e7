import { listProxyKeys, updateProxyKey } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { call } from '../call.ts';
import type { Seen } from './object-channel.ts';
import { clientKey, otherKey, start } from './start.ts';

const path = '/upload/v1beta/files';
const begin = {
  method: 'POST',
  body: { file: { displayName: 'x' } },
  headers: {
    ...{ 'x-goog-upload-protocol': 'resumable', 'x-goog-upload-command': 'start' },
    'x-goog-upload-header-content-type': 'text/plain',
  },
};

const pathOf = (address: unknown) => {
  const { pathname, search } = new URL(String(address));
  return pathname + search;
};

test('the address for the next part leads through the gateway, and says nothing of the channel', async () => {
  const { gateway, seenAt } = await start();
  const { headers } = await call(gateway.origin, path, begin);
  const address = String(headers['x-goog-upload-url']);
  expect(new URL(address).origin).toBe(gateway.origin);
  expect(address).not.toContain('session');
  const proxied = { ...begin, headers: { ...begin.headers, 'x-forwarded-proto': 'https' } };
  const tls = await call(gateway.origin, path, proxied);
  expect(String(tls.headers['x-goog-upload-url'])).toMatch(/^https:\/\/127/);

  const commands = (command: string) => ({
    ...{ method: 'POST', body: Buffer.from('part') },
    headers: { 'x-goog-upload-command': command, 'x-goog-upload-offset': '0' },
  });
  const first = await call(gateway.origin, pathOf(address), commands('upload'));
  expect(first.headers['x-goog-upload-status']).toBe('active');
  const last = await call(gateway.origin, pathOf(address), commands('upload, finalize'));
  expect(last.headers['x-goog-upload-status']).toBe('final');
  expect((await call(gateway.origin, `/v1beta/${last.json.file.name}`)).status).toBe(200);
  expect(
    (await call(gateway.origin, `/v1beta/${last.json.file.name}`, { key: otherKey })).status,
  ).toBe(404);
  expect(JSON.stringify(seenAt('a'))).not.toContain(clientKey);
});

test('below a base path, the next part goes there too', async () => {
  const { gateway } = await start({ options: { basePath: '/monitor/' } });
  const { headers } = await call(gateway.origin, path, begin);
  expect(pathOf(headers['x-goog-upload-url'])).toMatch(/^\/monitor\/upload\/v1beta\/files\?/);
});

test('no other key may go on with an upload, and nobody may change where it leads', async () => {
  const { gateway, seenAt } = await start();
  const { headers } = await call(gateway.origin, path, begin);
  const next = pathOf(headers['x-goog-upload-url']);
  const part = { method: 'POST', body: Buffer.from('x') };
  const { length } = seenAt('a');
  for (const [at, key] of [
    [next, otherKey],
    [next.replace(/.&upload_protocol/, '!&upload_protocol'), clientKey],
    [`${path}?upload_id=sessiona1`, clientKey],
    [`${path}?upload_id=`, clientKey],
  ] as const) {
    const { status, json } = await call(gateway.origin, at, { ...part, key });
    expect([status, json.error.status]).toEqual([404, 'NOT_FOUND']);
  }
  gateway.clock.aheadS += 8 * 86_400;
  expect((await call(gateway.origin, next, part)).status).toBe(404);
  expect(seenAt('a')).toHaveLength(length);
});

test.each([
  ['https://adversary.example/upload?upload_id=1'],
  ['//adversary.example/upload'],
  ['http://user:pass@127.0.0.1/upload'],
  ['file:///etc/passwd'],
  ['nonsense'],
])('a channel that sends an upload to %s gets a 502 in its place', async (address) => {
  const { gateway } = await start({
    names: ['a'],
    before: {
      a: (_: Seen, response) => {
        response.writeHead(200, { 'x-goog-upload-url': address, 'x-goog-upload-status': 'active' });
        response.end();
        return true;
      },
    },
  });
  const answer = await call(gateway.origin, path, begin);
  expect([answer.status, answer.json.error.status]).toEqual([502, 'UNAVAILABLE']);
  expect(answer.headers['x-goog-upload-url']).toBeUndefined();
});

test('no other answer has an address to upload to', async () => {
  const address = { 'x-goog-upload-url': 'https://adversary.example/' };
  const { gateway } = await start({
    before: { a: (_: Seen, response) => Boolean(response.writeHead(200, address).end('{"a":1}')) },
  });
  const answer = await call(gateway.origin, '/v1beta/models/a/m:countTokens', { body: {} });
  expect([answer.status, answer.headers['x-goog-upload-url']]).toEqual([200, undefined]);
});

test('a part without a key counts as its session’s, because the SDK for Python sends none there', async () => {
  const { gateway } = await start();
  const { headers } = await call(gateway.origin, path, begin);
  const next = pathOf(headers['x-goog-upload-url']);
  const part = {
    ...{ method: 'POST', body: Buffer.from('x'), key: null },
    headers: { 'x-goog-upload-command': 'upload, finalize', 'x-goog-upload-offset': '0' },
  };
  const whole = await call(gateway.origin, next, part);
  expect([whole.status, whole.headers['x-goog-upload-status']]).toEqual([200, 'final']);
  const at = `/v1beta/${whole.json.file.name}`;
  expect((await call(gateway.origin, at)).status).toBe(200);
  expect((await call(gateway.origin, at, { key: otherKey })).status).toBe(404);
  // Nothing else is admitted by it.
  const query = next.slice(next.indexOf('?'));
  for (const other of [
    `${path}?upload_id=nonsense`,
    `/v1beta/models/a/m:generateContent${query}`,
  ]) {
    expect((await call(gateway.origin, other, part)).status).toBe(401);
  }
  expect((await call(gateway.origin, `/v1beta/files${query}`, { key: null })).status).toBe(401);
  expect((await call(gateway.origin, next, { ...part, key: 'nobody' })).status).toBe(401);
  const records = await gateway.recordsAtEnd();
  expect(records[1]).toMatchObject({ route: 'gemini-files', key_name: clientKey, status: 200 });
});

test('a part without a key is refused once the session’s key is paused, or is too late', async () => {
  const { gateway, seenAt } = await start();
  const { headers } = await call(gateway.origin, path, begin);
  const next = pathOf(headers['x-goog-upload-url']);
  const part = { method: 'POST', body: Buffer.from('x'), key: null };
  const [key] = (await listProxyKeys(gateway.db)).filter(({ name }) => name === clientKey);
  await updateProxyKey(gateway.db, key?.id ?? 0, { enabled: false });
  await expect.poll(async () => (await call(gateway.origin, next, part)).status).toBe(401);
  const { length } = seenAt('a');
  expect((await call(gateway.origin, next, part)).json.error.message).toContain('paused');
  gateway.clock.aheadS += 8 * 86_400;
  expect((await call(gateway.origin, next, part)).json.error.message).toContain('no key');
  expect(seenAt('a')).toHaveLength(length);
});
