import { expect, test } from 'vitest';
import { proxyRequest } from '../../test/proxy-samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { recordProxyRequests, repriceRequests, sumProxyRequests } from '../index.ts';

test('requests that turn out to be free leave no fractions of a cent behind', async () => {
  const db = await tempDatabase();
  const requests = [0.1, 0.2, 0.3].map((cost, at) =>
    proxyRequest({ request_id: `r${at}`, timestamp: 1000 + at, cost }),
  );
  await recordProxyRequests(db, requests);
  const step = { from: 0, to: 2000, limit: 1, isDryRun: false } as const;
  let after: Awaited<ReturnType<typeof repriceRequests>>['next'] = null;
  do {
    const priceOf = () => ({ cost: 0, price: null });
    after = (await repriceRequests(db, { ...step, after, priceOf })).next;
  } while (after);
  const [total] = await sumProxyRequests(db, { group_by: 'channel' });
  expect(total).toMatchObject({ requests: 3, cost: 0 });
});
