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
