import { findBookDifference, spendingOf } from '@api-monitor/core';
import { listBalances, listCountedCredits, recordProxyRequests } from '@api-monitor/db';
import { type FakeAccount, startFakeProvider } from '@api-monitor/fake-provider';
import { expect, onTestFinished, test } from 'vitest';
import { pollBalance } from '../src/balances/poll-balance.ts';
import { requestOf } from './live-request.ts';
import { addTarget, openTestWorker } from './open-test-worker.ts';

const apiKey = 'sk-upstream-0123456789abcdef';
const halfHourS = 1800;
const costPerRequest = 0.02;
const never = new AbortController().signal;

/**
 * A day of traffic to a relay that takes `charge(n)` for its n-th request: the books after it. The relay's
 * balance falls as its models answer, and is asked for every half hour.
 */
async function booksAfterADay(charge: (request: number) => number, multiplier = 1) {
  const worker = await openTestWorker();
  const { db, clock } = worker;
  const deps = worker.makeDeps();
  const account: FakeAccount = {
    ...{ left: 50, used: 0, perRequest: 0, kind: 'new_api', multiplier: 1 },
  };
  const relay = await startFakeProvider({ models: { 'gpt-4o': 'good' }, apiKey, account });
  onTestFinished(() => relay.close());
  const target = await addTarget(worker, relay, { unit_cost: 0.5, price_multiplier: multiplier });
  clock.now -= clock.now % 86_400;
  const start = clock.now;
  const ask = async (n: number) => {
    account.perRequest = charge(n);
    const answer = await fetch(`${relay.origin}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({ model: 'gpt-4o', messages: [] }),
    });
    await answer.text();
    // As the gateway prices it: list price × multiplier × what a unit of credit costs.
    const cost = costPerRequest * multiplier * target.unit_cost;
    return { ...requestOf(target.id, clock.now + n, false), cost };
  };
  let asked = 0;
  for (; clock.now <= start + 86_400 + halfHourS; clock.now += halfHourS) {
    await pollBalance(deps, { target_id: target.id, is_forced: true }, never);
    const requests = [await ask(asked), await ask(asked + 1)];
    asked += requests.length;
    await recordProxyRequests(db, requests);
  }
  const input = { target, from: start, nowS: clock.now };
  const history = await listBalances(db, { target_id: target.id, from: start });
  const { points } = spendingOf(history, { inDoubt: 'refund' });
  return findBookDifference(points, await listCountedCredits(db, input), clock.now);
}

test('a relay that charges 1.4 × is shown within a day of traffic', async () => {
  const difference = await booksAfterADay(() => 1.4 * costPerRequest);
  expect(difference?.ratio).toBeCloseTo(1.4, 1);
  expect(difference?.charged).toBeGreaterThan(2);
});

test('an honest relay whose charges vary isn’t shown, with its multiplier', async () => {
  const noisy = (request: number) => 0.8 * costPerRequest * (0.7 + 0.6 * ((request * 0.618) % 1));
  expect(await booksAfterADay(noisy, 0.8)).toBeNull();
});
