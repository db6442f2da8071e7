import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { nginxBefore, nginxTestTimeoutMs } from './nginx-server.ts';
import { started, tempDir } from './start-program.ts';

const token = 'api-token-0123456789';
const masterToken = 'master-token-0123456789';
const bearer = (value: string) => ({ authorization: `Bearer ${value}` });

/** A channel that passes its probe, and then answers as `hostile` says. */
async function hostileChannel() {
  const state: { hostile: ((response: ServerResponse) => void) | null } = { hostile: null };
  const server = createServer((request, response) => {
    request.resume();
    if (state.hostile) state.hostile(response);
    else if (request.url === '/v1/models') response.end('{"data":[{"id":"gpt-4o"}]}');
    else
      response.end('{"choices":[{"message":{"content":"I am gpt-4o."},"finish_reason":"stop"}]}');
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { state, origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

/** The product behind nginx, with a channel that has just passed its probe. */
async function productBehindNginx(server?: string) {
  const channel = await hostileChannel();
  const product = await started({
    DATA_DIR: await tempDir(),
    API_MONITOR_TOKEN: token,
    PROXY_MASTER_TOKEN: masterToken,
    UPSTREAM_ALLOW_PRIVATE: 'on',
  });
  const created = await fetch(`${product.origin}/api/targets`, {
    method: 'POST',
    headers: { ...bearer(token), 'content-type': 'application/json' },
    body: JSON.stringify({
      name: 'relay',
      base_url: channel.origin,
      api_key: 'sk-0123456789abcdef',
    }),
  });
  const { item } = (await created.json()) as { item: { id: number } };
  const run = `${product.origin}/api/targets/${item.id}/run`;
  await fetch(run, { method: 'POST', headers: bearer(token) });
  const models = async () =>
    (await fetch(`${product.origin}/v1/models`, { headers: bearer(masterToken) })).text();
  await expect.poll(models, { timeout: 20_000 }).toContain('relay/gpt-4o');
  const port = Number(new URL(product.origin).port);
  const nginx = await nginxBefore(port, server === undefined ? {} : { server });
  const ask = () =>
    fetch(`${nginx.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...bearer(masterToken), 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'relay/gpt-4o', messages: [{ role: 'user', content: 'hi' }] }),
    });
  return { channel, nginx, ask };
}

const forgedPage = '<h1>forged</h1>';
const forged = `HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: ${forgedPage.length}\r\n\r\n${forgedPage}`;

test(
  'behind nginx a channel cannot answer the next request on the connection',
  async () => {
    const { channel, nginx, ask } = await productBehindNginx();
    channel.state.hostile = ({ socket }) => {
      socket?.write(
        'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n',
      );
      // Held back until another request uses the connection.
      const chunk = `${forged.length.toString(16)}\r\n${forged}\r\n0\r\n\r\n`;
      setTimeout(() => socket?.write(chunk), 300);
    };
    for (let round = 0; round < 5; round += 1) {
      const [answer, page] = [await ask(), await fetch(`${nginx.origin}/admin/login`)];
      // A 502, then a 404 after its breaker has opened.
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await page.text()).not.toContain('forged');
    }
  },
  nginxTestTimeoutMs,
);

test(
  'behind nginx with its default HTTP/1.0, an answer that breaks off is not taken for a complete one',
  async () => {
    const { channel, ask } = await productBehindNginx('location / { proxy_pass http://product; }');
    channel.state.hostile = (response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.write('{"choices":[{"message":{"content":"I am', () => response.socket?.destroy());
    };
    const answer = await ask();
    await expect(answer.text()).rejects.toThrow();
  },
  nginxTestTimeoutMs,
);

test(
  'a channel cannot make nginx send a file, buffer, cache or set cookies',
  async () => {
    const { channel, ask } = await productBehindNginx(`
      location / { proxy_pass http://product; proxy_http_version 1.1; proxy_set_header Connection ""; }
      location /internal/ { internal; alias /etc/; }`);
    channel.state.hostile = (response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'x-accel-redirect': '/internal/passwd',
        'x-accel-expires': '3600',
        'x-accel-charset': 'utf-7',
        'cache-control': 'public, max-age=3600',
        'set-cookie': 'api_monitor_admin_session=x',
      });
      response.end('{"own":true}');
    };
    const answer = await ask();
    expect([answer.status, await answer.text()]).toEqual([200, '{"own":true}']);
    expect(answer.headers.get('content-type')).toBe('application/json');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('set-cookie')).toBeNull();
  },
  nginxTestTimeoutMs,
);
