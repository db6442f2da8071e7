import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { readPriceData, setSettings } from '@api-monitor/db';
import { createPriceSource } from '@api-monitor/prices';
import { createGuardedClient } from '@api-monitor/upstream';
import { expect, onTestFinished, test } from 'vitest';
import { refreshPrices } from '../src/prices/refresh-prices.ts';
import { openTestWorker } from './open-test-worker.ts';

const priced = (input: number) =>
  JSON.stringify([
    {
      id: 'openai',
      models: [{ id: 'm', match: { equals: 'm' }, prices: { input_mtok: input, output_mtok: 1 } }],
    },
  ]);

async function start(allowPrivate: 'on' | 'off' = 'on') {
  const worker = await openTestWorker();
  const client = createGuardedClient({ allowPrivate });
  onTestFinished(() => client.close());
  const deps = { ...worker.makeDeps(), client };
  const prices = createPriceSource(worker.db);
  const priceOf = async () => (await prices.table()).find({ names: ['m'], host: '' })?.[0]?.input;
  const setSource = (price_source: string) =>
    setSettings(worker.db, { price_source }, worker.clock.now);
  const state = () => readPriceData(worker.db);
  return { ...worker, deps, priceOf, setSource, state, refresh: () => refreshPrices(deps) };
}

test('price data is read from an address, and the last good data is kept', async () => {
  const { refresh, setSource, priceOf, state, clock } = await start();
  const answers: [number, string][] = [
    [200, priced(5)],
    [500, 'sk-secret'],
    [200, '{"secret":"sk-secret"}'],
    [200, priced(6)],
  ];
  let asked = 0;
  const server = createServer((_, response) => {
    const [status, body] = answers[asked] ?? [404, ''];
    asked += 1;
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  await refresh();
  expect([asked, await priceOf()]).toEqual([0, undefined]);
  await setSource(`http://127.0.0.1:${port}/prices.json`);
  await refresh();
  await refresh();
  expect([asked, await priceOf(), (await state())?.error]).toEqual([1, 5, null]);
  clock.now += 6 * 3600;
  await refresh();
  expect([await priceOf(), (await state())?.error]).toEqual([5, 'HTTP 500']);
  clock.now += 1800;
  await refresh();
  expect([await priceOf(), (await state())?.error]).toEqual([
    5,
    expect.not.stringMatching('secret'),
  ]);
  clock.now += 1800;
  await refresh();
  expect([await priceOf(), (await state())?.error]).toEqual([6, null]);
  await setSource('');
  await refresh();
  expect(await priceOf()).toBeUndefined();
});

test('or from a file in the data folder, and a guarded address is refused', async () => {
  const { refresh, setSource, priceOf, state, deps } = await start('off');
  await writeFile(join(deps.dataDir, 'prices.json'), priced(7));
  await setSource('prices.json');
  await refresh();
  expect(await priceOf()).toBe(7);
  await setSource('other.json');
  await refresh();
  expect((await state())?.error).toBe('there is no such file in the data folder');
  await setSource('http://127.0.0.1:9/prices.json');
  await refresh();
  expect((await state())?.error).toMatch(/private|not allowed|refused/i);
});
