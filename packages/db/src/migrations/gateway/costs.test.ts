import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { proxyRequest } from '../../../test/proxy-samples.ts';
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
  await sql`
    insert into proxy_requests (request_id, timestamp, key_name, requested_model, model, route, stream,
      status, attempts, duration_s, input_tokens, output_tokens, request_bytes, response_bytes, outcome)
    values ('a', 500, 'master', 'm', 'm', 'chat', 0, 200, '[]', 1, 10, 20, 1, 1, 'ok')`.execute(
    earlier,
  );
  await sql`
    insert into proxy_totals (hour, key_id, target_id, model, route, outcome, key_name, requests,
      failures, input_tokens, output_tokens, first_byte_sum_s, first_byte_count)
    values (0, 0, 1, 'm', 'chat', 'ok', 'master', 3, 0, 10, 20, 0.5, 1)`.execute(earlier);
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
