import { expect, test } from 'vitest';
import { insertServed, keyInput, proxyRequest } from '../../test/proxy-samples.ts';
import { openIn, openUnmigrated, tempDatabase, tempFolder } from '../../test/temp-database.ts';
import { createMigrator } from '../engine/migrate.ts';
import {
  createProxyKey,
  listCountedRequests,
  listProxyRequests,
  recordProxyRequests,
  sumProxyRequests,
} from '../index.ts';

test('requests from before have no classes of tokens, and go on being summed', async () => {
  const dataDir = await tempFolder();
  const earlier = await openUnmigrated(dataDir);
  await (await createMigrator(earlier, 1000)).migrateTo('0011-evidence');
  await insertServed(earlier, { requests: 1 });
  await earlier.destroy();
  const db = await openIn(dataDir);
  const none = { cached_input_tokens: null, cache_write_tokens: null, reasoning_tokens: null };
  expect(await listProxyRequests(db, { limit: 9 })).toMatchObject([
    {
      ...{ request_id: 'a', ...none, counted_tokens: null, outcome: 'ok' },
      ...{ refused_for: null, client_address: null },
    },
  ]);
  const more = { model: 'm', route: 'chat', cached_input_tokens: 4 } as const;
  await recordProxyRequests(db, [proxyRequest({ ...more, request_id: 'b', timestamp: 600 })]);
  expect(await sumProxyRequests(db, { group_by: 'model' })).toMatchObject([
    { group: 'm', requests: 2, input_tokens: 20, cached_input_tokens: 4, reasoning_tokens: 0 },
  ]);
});

test('what keys with limits used in a minute is read from its requests', async () => {
  const db = await tempDatabase();
  const limited = { key_hash: 'a', rpm_limit: 5 };
  const { id } = await createProxyKey(db, keyInput(limited), 1);
  const free = await createProxyKey(db, keyInput({ key_hash: 'b' }), 1);
  const counted = { key_id: id, timestamp: 610, duration_s: 2, counted_tokens: 30 };
  const requests = [
    counted,
    { ...counted, counted_tokens: 0 },
    { ...counted, counted_tokens: null },
    { ...counted, key_id: free.id },
    { ...counted, key_id: null },
    // It began before the minute and ended in it.
    { ...counted, timestamp: 590, duration_s: 20.5, counted_tokens: 7 },
    { ...counted, timestamp: 590, duration_s: 9 },
  ];
  await recordProxyRequests(
    db,
    requests.map((fields, at) => proxyRequest({ request_id: `r${at}`, ...fields })),
  );
  expect(await listCountedRequests(db, 600)).toEqual([{ key_id: id, requests: 2, tokens: 37 }]);
  expect(await listCountedRequests(db, 660)).toEqual([]);
});
