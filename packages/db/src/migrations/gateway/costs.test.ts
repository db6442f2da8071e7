import { expect, test } from 'vitest';
import { insertServed, proxyRequest } from '../../../test/proxy-samples.ts';
import { openIn, openUnmigrated, tempFolder } from '../../../test/temp-database.ts';
import { createMigrator } from '../../engine/migrate.ts';
import {
  listProxyRequests,
  readPriceData,
  recordProxyRequests,
  storePriceReading,
  sumProxyRequests,
} from '../../index.ts';

test('requests from before have an unknown cost, and are counted as such', async () => {
  const dataDir = await tempFolder();
  const earlier = await openUnmigrated(dataDir);
  await (await createMigrator(earlier, 1000)).migrateTo('0026-status-tags');
  await insertServed(earlier, { requests: 3 });
  await earlier.destroy();
  const db = await openIn(dataDir);
  expect(await listProxyRequests(db, { limit: 9 })).toMatchObject([
    { request_id: 'a', cost: null, price: null, tokens_estimated: false, audio_input_tokens: null },
  ]);
  const price = { source: 'table', multiplier: 0.5, input: 1, output: 2 } as const;
  const more = { model: 'm', route: 'chat', timestamp: 600, cost: 0.25, price } as const;
  await recordProxyRequests(db, [
    proxyRequest({ ...more, request_id: 'b', image_output_tokens: 7 }),
  ]);
  expect((await listProxyRequests(db, { limit: 1 }))[0]).toMatchObject({ cost: 0.25, price });
  expect(await sumProxyRequests(db, { group_by: 'model' })).toMatchObject([
    { group: 'm', requests: 4, cost: 0.25, unpriced: 3, image_output_tokens: 7 },
  ]);
});

test('newer price data is kept until its source is another', async () => {
  const db = await openIn(await tempFolder());
  expect(await readPriceData(db)).toBeNull();
  const source = 'https://prices.example';
  await storePriceReading(db, { source, prices: '{}', nowS: 100 });
  await storePriceReading(db, { source, error: 'HTTP 500', nowS: 200 });
  const kept = { source, prices: '{}', fetched_at: 100, tried_at: 200 };
  expect(await readPriceData(db)).toEqual({ ...kept, error: 'HTTP 500', revision: 1 });
  await storePriceReading(db, { source, prices: '{}', nowS: 300 });
  expect(await readPriceData(db)).toMatchObject({ revision: 1, fetched_at: 300, error: null });
  await storePriceReading(db, { source: 'other', error: 'HTTP 404', nowS: 400 });
  expect(await readPriceData(db)).toMatchObject({ prices: null, fetched_at: null, revision: 2 });
  await storePriceReading(db, { source: '', prices: null, nowS: 500 });
  expect(await readPriceData(db)).toMatchObject({ source: '', error: null, revision: 2 });
});
