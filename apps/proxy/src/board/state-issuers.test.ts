import { setTimeout as sleep } from 'node:timers/promises';
import type { MonitorEvent } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { createStateIssuers, type Issuer } from './state-issuers.ts';

function twoGateways() {
  const clock = { now: 1_000 };
  const events: MonitorEvent[] = [];
  const nowS = () => clock.now;
  const here = createStateIssuers({ nowS, publish: (event) => events.push(event) });
  const there = createStateIssuers({ nowS, publish: () => {} });
  return { clock, events, here, there };
}

const at = (targetId: number, targetKey?: string): Issuer => ({ targetId, targetKey });

test('what a channel issued is known here at once and elsewhere by an event, as hashes', async () => {
  const { events, here, there } = twoGateways();
  here.keep(at(7), 'resp_secret');
  here.keep(at(7), 'resp_secret');
  here.keep(at(8, 'k'), 'sealed');
  expect([here.of('resp_secret'), here.of('sealed')]).toMatchObject([at(7), at(8, 'k')]);
  expect(here.of('other')).toBeNull();
  await expect.poll(() => events.length).toBe(1);
  expect(JSON.stringify(events)).not.toMatch(/secret|sealed/);
  for (const event of events) there.hear(event);
  expect([there.of('resp_secret'), there.of('sealed')]).toMatchObject([at(7), at(8, 'k')]);
});

test('what several keys of a channel issue is the channel’s alone', () => {
  const { here } = twoGateways();
  here.keep(at(7, 'k'), 'msg_1');
  here.keep(at(7, 'l'), 'msg_1');
  expect(here.of('msg_1')).toMatchObject({ targetId: 7, targetKey: undefined });
});

test('what several channels issue says nothing', () => {
  const { here } = twoGateways();
  here.keep(at(7), 'msg_1');
  here.keep(at(8), 'msg_1');
  here.keep(at(8), 'msg_1');
  expect(here.of('msg_1')).toBeNull();
});

test('it is forgotten after a day', () => {
  const { clock, here } = twoGateways();
  here.keep(at(7), 'resp_1');
  clock.now += 24 * 3600;
  expect(here.of('resp_1')).toBeNull();
});

test('an event holds a bounded number, and none follows the end', async () => {
  const { events, here } = twoGateways();
  for (let n = 0; n < 5_000; n += 1) here.keep(at(7), `resp_${n}`);
  await expect.poll(() => events.length).toBe(1);
  expect(events).toMatchObject([{ data: { states: { length: 200 } } }]);
  here.keep(at(7), 'late');
  here.close();
  await sleep(150);
  expect(events).toHaveLength(1);
});
