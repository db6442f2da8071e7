import { expect, test } from 'vitest';
import { nginxBefore, nginxTestTimeoutMs } from './nginx-server.ts';
import { started, tempDir } from './start-program.ts';

test('pages, api and gateway are reached through nginx', {
  timeout: nginxTestTimeoutMs,
}, async () => {
  const master = 'sk-master-0123456789abcdef';
  const product = await started({ DATA_DIR: await tempDir(), PROXY_MASTER_TOKEN: master });
  const nginx = await nginxBefore(Number(new URL(product.origin).port));
  const get = (path: string) =>
    fetch(nginx.origin + path, { headers: { authorization: `Bearer ${master}` } });
  expect(await (await get('/v1/models')).json()).toEqual({ object: 'list', data: [] });
  expect(await (await get('/api/health')).json()).toMatchObject({ ok: true });
});

/** The settings that README.md names. */
const passesUpgrades = `proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;
  proxy_set_header Connection "upgrade"; proxy_read_timeout 1h;`;

test('a WebSocket is opened through nginx that passes upgrades, and refused at once by default', {
  timeout: nginxTestTimeoutMs,
}, async () => {
  const master = 'sk-master-0123456789abcdef';
  const product = await started({ DATA_DIR: await tempDir(), PROXY_MASTER_TOKEN: master });
  const port = Number(new URL(product.origin).port);
  const server = `location / { proxy_pass http://127.0.0.1:${port}; ${passesUpgrades} }`;
  const [passing, plain] = [await nginxBefore(port, { server }), await nginxBefore(port)];
  const socket = new WebSocket(`${passing.origin.replace('http', 'ws')}/v1/responses`, [
    `openai-insecure-api-key.${master}`,
  ]);
  const answered = new Promise<string>((resolve, reject) => {
    socket.onopen = () => socket.send('{"type":"response.create","model":"nobody","input":"hi"}');
    socket.onmessage = ({ data }) => resolve(String(data));
    socket.onerror = () => reject(new Error('not opened'));
  });
  expect(JSON.parse(await answered)).toMatchObject({ status: 404, error: { param: 'model' } });
  socket.close();
  const refused = await fetch(`${plain.origin}/v1/responses`, {
    headers: { 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' },
  });
  expect(refused.status).toBe(426);
});
