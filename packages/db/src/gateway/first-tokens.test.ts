import { type ProxyAttempt, percentileOf } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { attempt, failedAttempt, proxyRequest } from '../../test/proxy-samples.ts';
import { tempDatabase } from '../../test/temp-database.ts';
import { pruneFirstTokens, readFirstTokens, recordProxyRequests } from '../index.ts';

const day = 86_400;
const startS = 20_000 * day;

/** An attempt that answered, with its first token after so many seconds. */
function answered(first_token_s: number | null, fields: Partial<ProxyAttempt> = {}): ProxyAttempt {
  return attempt({
    finding: {
      ...{ outcome: 'success', kind: null, scope: 'model', first_token_s, retry_after_s: null },
      ...{ began_at: startS, at: startS + 1 },
    },
    ...fields,
  });
}

test('the times of streams are summed by the quarter of an hour and the day, and the old sums go', async () => {
  const db = await tempDatabase();
  let count = 0;
  const record = (timestamp: number, attempts: ProxyAttempt[], stream = true) => {
    count += 1;
    const request_id = `request ${count}`;
    return recordProxyRequests(db, [proxyRequest({ request_id, timestamp, stream, attempts })]);
  };
  await record(startS + 10, [failedAttempt({ target_id: 2 }), answered(1)]);
  await record(startS + 20, [answered(3)]);
  await record(startS + 30, [answered(9)], false);
  await record(startS + 901, [answered(5), answered(7, { target_id: 3, model: 'o3' })]);
  await record(startS + day, [answered(null)]);

  const read = async (period: 'quarter' | 'day', from: number, target_ids?: number[]) => {
    const found = await readFirstTokens(db, {
      period,
      from,
      ...(target_ids ? { target_ids } : {}),
    });
    return found
      .map(({ target_id, model, first_tokens }) => {
        const counted = Object.values(first_tokens).reduce((sum, one) => sum + one, 0);
        return [target_id, model, counted, Math.round(percentileOf(first_tokens, 1) ?? 0)];
      })
      .sort();
  };
  const [one, three] = [
    [1, 'gpt-4o', 3, 5],
    [3, 'o3', 1, 7],
  ];
  expect(await read('day', startS + day - 0.5)).toEqual([one, three]);
  expect(await read('day', startS, [3, 4])).toEqual([three]);
  expect(await read('quarter', startS + 900)).toEqual([[1, 'gpt-4o', 1, 5], three]);
  await pruneFirstTokens(db, { nowS: startS + 2 * 3600, batchSize: 1 });
  expect(await read('quarter', startS)).toEqual([]);
  expect(await read('day', startS)).toEqual([one, three]);
});
