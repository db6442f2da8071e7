import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { started, tempDir } from './start-program.ts';

const token = 'api-token-0123456789';
const masterToken = 'master-token-0123456789';
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });
const asClient = bearer(masterToken);

/** A channel that keeps one file, and takes Google's uploads. */
async function channelForTest(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    const { method, url = '', headers } = request;
    if (url.startsWith('/upload/') && !url.includes('upload_id')) {
      const address = `http://${headers.host}${url}?upload_id=theirs`;
      response.writeHead(200, { 'x-goog-upload-url': address }).end();
    } else if (url.endsWith('upload_id=theirs')) response.end('{"file":{"name":"files/g"}}');
    else if (method === 'POST') response.end('{"id":"file-1","object":"file"}');
    else response.end('{"id":"file-1","object":"file","bytes":1}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test('after a kill the product still knows where a file is, and goes on with an upload', async () => {
  const env = {
    ...{ DATA_DIR: await tempDir(), API_MONITOR_TOKEN: token, UPSTREAM_ALLOW_PRIVATE: 'on' },
    PROXY_MASTER_TOKEN: masterToken,
  };
  const first = await started(env);
  const channel = { name: 'relay', base_url: await channelForTest(), api_key: 'sk-0123456789' };
  const created = await fetch(`${first.origin}/api/targets`, {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: JSON.stringify(channel),
  });
  expect(created.ok).toBe(true);
  const upload = async () => {
    const body = new FormData();
    body.append('purpose', 'user_data');
    body.append('file', new Blob(['x']), 'x.txt');
    return fetch(`${first.origin}/v1/files`, { method: 'POST', headers: asClient, body });
  };
  await expect.poll(async () => (await upload()).status, { timeout: 10_000 }).toBe(200);
  const begun = await fetch(`${first.origin}/upload/v1beta/files`, {
    method: 'POST',
    headers: asClient,
  });
  const next = new URL(begun.headers.get('x-goog-upload-url') ?? '');
  expect(next.origin).toBe(new URL(first.origin).origin);
  // The records are queued every quarter of a second, and written at once.
  await sleep(1_500);
  first.child.kill('SIGKILL');
  await first.exited;

  const { origin } = await started(env);
  const found = await fetch(`${origin}/v1/files/file-1`, { headers: asClient });
  expect([found.status, await found.json()]).toEqual([200, expect.objectContaining({ bytes: 1 })]);
  expect((await fetch(`${origin}/v1/files/file-2`, { headers: asClient })).status).toBe(404);
  const last = await fetch(`${origin}${next.pathname}${next.search}`, {
    ...{ method: 'POST', headers: asClient, body: 'part' },
  });
  expect(await last.json()).toEqual({ file: { name: 'files/g' } });
}, 60_000);
