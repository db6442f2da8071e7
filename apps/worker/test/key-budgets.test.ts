import { alertRuleDefaults } from '@api-monitor/core';
import { createProxyKey, recordProxyRequests, revokeProxyKey } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { lookAtKeyBudgets } from '../src/alerts/looks/look-at-key-budgets.ts';
import { requestOf } from './live-request.ts';
import { openTestWorker } from './open-test-worker.ts';

test('people are told of a key near its budget, from its own percentage on or that of the rules', async () => {
  const { db, clock, makeDeps } = await openTestWorker();
  const deps = makeDeps();
  const addKey = (name: string, fields: object) =>
    createProxyKey(
      db,
      { name, key_hash: name, key_prefix: name, allowed_target_ids: [], ...fields },
      clock.now,
    );
  const { id } = await addKey('usual', { requests_per_day: 10, tokens_total: 1e6 });
  await addKey('early', { requests_per_day: 10, budget_alert_percent: 50 });
  await addKey('free', {});
  const send = async (key_id: number, from: number, to: number) => {
    const numbers = Array.from({ length: to - from }, (_, at) => from + at);
    await recordProxyRequests(
      db,
      numbers.map((at) => ({
        ...requestOf(1, clock.now, false),
        ...{ request_id: `${key_id}-${at}`, key_id, key_name: 'k' },
      })),
    );
  };
  let known: string[] = [];
  const told = async () => {
    const looks = await lookAtKeyBudgets(deps, alertRuleDefaults);
    known = looks.flatMap(({ subject: { kind, name }, judge }) => {
      const one = `${kind} ${name}`;
      return judge(known.includes(one))?.is_bad ? [one] : [];
    });
    return known;
  };
  expect(await told()).toEqual([]);
  await send(id, 0, 7);
  await send(id + 1, 0, 5);
  expect(await told()).toEqual(['spending early']);
  await send(id, 7, 8);
  expect(await told()).toEqual(['spending usual', 'spending early']);
  await send(id, 8, 10);
  expect(await told()).toEqual(['spending usual', 'budget usual', 'spending early']);
  // The next day all is well, and a revoked key is nobody's concern.
  clock.now += 86_400;
  expect(await told()).toEqual([]);
  await revokeProxyKey(db, id, clock.now);
  expect(
    (await lookAtKeyBudgets(deps, alertRuleDefaults)).map(({ subject }) => subject.name),
  ).toEqual([...['early', 'early']]);
});
