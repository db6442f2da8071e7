import { expect, test } from 'vitest';
import { proxyRequest } from '../../test/proxy-samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { countRecentRequests, recordProxyRequests } from '../index.ts';

test('recent requests are counted by key and channel, without clients’ mistakes', async () => {
  const db = await tempDatabase();
  let made = 0;
  const of = (key_name: string, target_id: number | null, status: number, timestamp = 100) => {
    made += 1;
    const fields = { key_name, target_id, status, timestamp, request_id: `r${made}`, error: null };
    return proxyRequest({ ...fields, attempts: [] });
  };
  await recordProxyRequests(db, [
    ...[of('a', 1, 200), of('a', 1, 502), of('a', 1, 400), of('a', 1, 200, 50)],
    ...[of('a', 2, 200), of('b', 1, 503), of('b', null, 503)],
  ]);
  const found = await countRecentRequests(db, 100);
  expect(found.toSorted((x, y) => x.all - y.all || x.failed - y.failed).reverse()).toEqual([
    { key_name: 'a', target_id: 1, all: 2, failed: 1 },
    { key_name: 'b', target_id: 1, all: 1, failed: 1 },
    { key_name: 'a', target_id: 2, all: 1, failed: 0 },
  ]);
});
