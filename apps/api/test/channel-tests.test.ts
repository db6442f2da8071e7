import type { ChannelTest, TestChannelJob } from '@api-monitor/core';
import { openTestedChannel, type TestedChannel } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { createChannelTests } from '../src/channel-tests/channel-tests.ts';
import { newTarget, openTestApi, upstreamKey } from './open-test-api.ts';

const path = '/api/targets/test';

const found: ChannelTest = {
  list: { models: ['a', 'b', 'dall-e-3'], way: 'openai', duration: 0.2, notes: [] },
  probe: null,
};

/** An api, and in place of a worker what it would be handed, answered at once. */
async function withWorker(answer: ChannelTest | null = found) {
  const api = await openTestApi();
  const jobs: (TestChannelJob & { channel: TestedChannel })[] = [];
  api.bus.channelTests.consume(
    async (job) => {
      jobs.push({ ...job, channel: openTestedChannel(api.db, job.sealed_channel) });
      const data = { test_id: job.test_id, result: answer };
      await api.bus.events.publish({ type: 'channel_tested', data });
    },
    { concurrency: 4 },
  );
  return { ...api, jobs };
}

const { name, ...unnamed } = newTarget;

test('a new channel is tried without a name, and its cost has all of its models', async () => {
  const api = await withWorker();
  const body = { ...unnamed, interval_min: 60, proxy_url: 'http://me:secret@127.0.0.1:1' };
  const { status, json } = await api.asAdmin('POST', path, body);
  expect(status).toBe(200);
  expect(json.item).toMatchObject({
    ...found,
    cost: { models: ['a', 'b'], is_list_known: true, requests_per_day: 48 },
  });
  const [job] = api.jobs;
  expect(job?.channel).toMatchObject({ base_url: 'https://relay.example', api_key: upstreamKey });
  expect(JSON.stringify({ ...job, channel: null })).not.toMatch(/sk-upstream|secret/);
  expect((await api.asAdmin('GET', '/api/targets')).json.items).toEqual([]);
});

test('a stored channel is tried with its own secrets and the changes', async () => {
  const api = await withWorker();
  await api.asAdmin('POST', '/api/targets', { ...newTarget, user_agent: 'stored' });
  const { json } = await api.asAdmin('GET', '/api/targets/1');
  const changed = { ...json.item, timeout_s: 9, base_url: 'https://relay.example/team' };
  const answer = await api.asAdmin('POST', path, { ...changed, target_id: 1, model: 'a' });
  expect(answer.status).toBe(200);
  expect(api.jobs[0]).toMatchObject({
    model: 'a',
    channel: { api_key: upstreamKey, timeout_s: 9, user_agent: 'stored' },
  });
});

test('of many keys, the first enabled one is tried', async () => {
  const api = await withWorker();
  const keys = [
    { name: 'a', api_key: 'sk-off-0123456789', enabled: false },
    { name: 'b', api_key: 'sk-on-0123456789', enabled: true },
  ];
  const { status } = await api.asAdmin('POST', path, { base_url: 'https://relay.example', keys });
  expect([status, api.jobs[0]?.channel.api_key]).toEqual([200, 'sk-on-0123456789']);
  const masked = keys.map((key) => ({ ...key, api_key: 'sk-o…6789' }));
  const body = { base_url: 'https://relay.example', keys: masked };
  const refused = await api.asAdmin('POST', path, body);
  expect([refused.status, refused.json.fields]).toEqual([400, { keys: { code: 'masked_form' } }]);
});

test.each([
  [
    'a stored key at another origin',
    { target_id: 1, base_url: 'https://evil.example' },
    { api_key: { code: 'reenter_key' } },
  ],
  [
    'a masked key of another channel',
    { target_id: 1, api_key: 'sk-o…ther' },
    { api_key: { code: 'masked_form' } },
  ],
  [
    'a masked key of a new channel',
    { ...unnamed, api_key: 'sk-u…cdef' },
    { api_key: { code: 'masked_form' } },
  ],
  [
    'a new channel without a key',
    { base_url: 'https://relay.example' },
    { api_key: { code: 'required' } },
  ],
  ['a new channel without an address', { api_key: 'sk-1' }, { base_url: { code: 'required' } }],
  ['a bad number', { ...unnamed, timeout_s: 1 }, { timeout_s: { code: 'too_small', bound: 3 } }],
])('%s is refused before anything is asked', async (_name, body, fields) => {
  const api = await withWorker();
  await api.asAdmin('POST', '/api/targets', newTarget);
  const answer = await api.asAdmin('POST', path, body);
  expect([answer.status, answer.json.fields]).toEqual([400, fields]);
  expect(api.jobs).toEqual([]);
});

test('only admins may try a channel, twenty times a minute', async () => {
  const api = await withWorker();
  expect((await api.asVisitor('POST', path, unnamed)).status).toBe(403);
  for (let n = 0; n < 20; n += 1) await api.asAdmin('POST', path, unnamed);
  const answer = await api.asAdmin('POST', path, unnamed);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '60']);
});

test('without a worker, a test ends in time and tells the worker that nobody waits', async () => {
  const { bus, clock } = await openTestApi();
  const ended: string[] = [];
  bus.events.subscribe(({ event }) => {
    if (event.type === 'channel_tested' && !event.data.result) ended.push(event.data.test_id);
  });
  const limits = { timeoutMs: 30, atOnce: 2, perMinute: 20 };
  const tests = createChannelTests({ bus, now: () => clock.now, limits });
  const never = new AbortController().signal;
  const run = (signal: AbortSignal) => tests.run({ sealed_channel: '', model: null }, signal);
  const ends = await Promise.allSettled([run(never), run(AbortSignal.abort()), run(never)]);
  expect(ends.map((end) => end.status === 'rejected' && end.reason.message)).toEqual([
    'no worker has tried the channel within 0.03 s',
    'the test was cancelled',
    'too many channels are being tested; try again in a moment',
  ]);
  expect(ended).toHaveLength(2);
  tests.close();
});
