import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findOnPath, findOrInstall, freePort, installTimeoutMs } from '@api-monitor/test-servers';
import { expect, onTestFinished, test } from 'vitest';
import { started, tempDir } from './start-program.ts';

const master = 'sk-master-0123456789abcdef';

/** The edge of the containers, in front of one product that is api and gateway. Returns its address. */
async function startEdge(product: string, basePath: string): Promise<string> {
  const caddy = await findOrInstall({
    name: 'Caddy',
    find: () => findOnPath(['caddy']),
    debianPackage: 'caddy',
    advice: 'install caddy',
  });
  const folder = await tempDir();
  const text = await readFile(join(import.meta.dirname, '../../../.docker/Caddyfile'), 'utf8');
  const here = text
    .replaceAll(/(?:proxy:8082|api:8081)/g, new URL(product).host)
    .replace(':2020', `:${await freePort()}`)
    // Debian's Caddy is older than the containers'.
    .replace('request_buffers 1MB', '');
  await writeFile(join(folder, 'Caddyfile'), here);
  const address = `http://127.0.0.1:${await freePort()}`;
  const child = spawn(caddy, ['run', '--config', join(folder, 'Caddyfile')], {
    env: { HOME: folder, SITE_ADDRESS: address, BASE_PATH: basePath },
    stdio: 'ignore',
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const answers = () =>
    fetch(`${address}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
  await expect.poll(answers, { timeout: 20_000 }).toBe(true);
  return address;
}

test('through the edge of the containers everything is below the base path, and at the root', {
  timeout: installTimeoutMs + 60_000,
}, async () => {
  const variables = { BASE_PATH: '/monitor/', PROXY_MASTER_TOKEN: master };
  const product = await started({ DATA_DIR: await tempDir(), ...variables });
  const edge = await startEdge(product.origin, '/monitor/');
  const headers = { authorization: `Bearer ${master}` };
  const get = (path: string) => fetch(edge + path, { headers, redirect: 'manual' });
  for (const base of ['', '/monitor']) {
    expect(await (await get(`${base}/v1/models`)).json()).toEqual({ object: 'list', data: [] });
    expect(await (await get(`${base}/api/health`)).json()).toMatchObject({ ok: true });
  }
  expect((await get('/monitor')).headers.get('location')).toBe('/monitor/');
  // The edge's own answers stay hidden and shown as at the root.
  expect((await get('/monitor/readyz')).status).toBe(404);
});
