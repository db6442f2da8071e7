import { type ChannelTest, type TargetInput, targetDefaults } from '@api-monitor/core';
import { listTargets, sealTestedChannel } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { testChannel } from '../src/run/test-channel.ts';
import { openTestWorker, startProvider } from './open-test-worker.ts';

const api_key = 'sk-upstream-0123456789abcdef';

async function withProvider(models: Parameters<typeof startProvider>[0]) {
  const worker = await openTestWorker();
  const provider = await startProvider(models);
  const deps = worker.makeDeps();
  const never = new AbortController().signal;
  const run = async (
    changes: Partial<TargetInput> = {},
    job: { model?: string; expires_at?: number } = {},
  ): Promise<ChannelTest | null> => {
    const channel = { ...targetDefaults, base_url: provider.origin, api_key, ...changes };
    const sealed_channel = sealTestedChannel(worker.db, channel);
    const whole = { test_id: 't', sealed_channel, model: null, expires_at: worker.clock.now + 60 };
    await testChannel(deps, { ...whole, ...job }, never);
    const event = deps.events.findLast(({ type }) => type === 'channel_tested');
    return event?.type === 'channel_tested' ? event.data.result : null;
  };
  return { ...worker, provider, deps, run };
}

test('a channel that is not stored is listed, and its smallest model asked', async () => {
  const { db, run } = await withProvider({ 'claude-opus-4-5': 'good', 'gpt-4o-mini': 'good' });
  const result = await run();
  expect(result?.list).toMatchObject({
    ...{ models: ['claude-opus-4-5', 'gpt-4o-mini'], way: 'openai', notes: [] },
  });
  expect(result?.probe).toMatchObject({ model: 'gpt-4o-mini', success: true, requests: 1 });
  expect(await listTargets(db)).toEqual([]);
});

test('a chosen model is asked, and typed ones without a list', async () => {
  const { run } = await withProvider({ 'gpt-4o': 'good', 'gpt-4o-mini': 'good' });
  expect((await run({}, { model: 'gpt-4o' }))?.probe?.model).toBe('gpt-4o');
  const typed = await run({ models: ['gpt-4o'], models_mode: 'manual' });
  expect(typed).toMatchObject({ list: null, probe: { model: 'gpt-4o', success: true } });
});

test('a refused key is said of the list and of the answer, and never shown', async () => {
  const { run } = await withProvider({ 'gpt-4o-mini': 'good' });
  const wrong = 'sk-wrong-0123456789abcdef';
  const result = await run({ api_key: wrong }, { model: 'gpt-4o-mini' });
  expect(result?.list?.notes).toMatchObject([{ code: 'list_failed', kind: 'auth', status: 401 }]);
  expect(result?.probe).toMatchObject({ success: false, error_kind: 'auth' });
  expect(JSON.stringify(result)).not.toContain(wrong);
});

test('a channel that cannot be reached, or has no model, is no error of the worker', async () => {
  const { run } = await withProvider({});
  expect(await run()).toMatchObject({ probe: null });
  const away = await run({ base_url: 'http://127.0.0.1:9' });
  expect(away?.list?.notes).toMatchObject([{ kind: 'network' }]);
});

test('a job that nobody waits for any more is dropped', async () => {
  const { run, provider, clock } = await withProvider({ 'gpt-4o-mini': 'good' });
  expect(await run({}, { expires_at: clock.now })).toBeNull();
  expect(provider.requests).toEqual([]);
});

test('the test ends when its caller leaves', async () => {
  const { run, deps, provider } = await withProvider({ 'gpt-4o-mini': 'hang_before_headers' });
  const running = run();
  await expect.poll(() => provider.received()).toBe(2);
  await deps.bus.events.publish({ type: 'channel_tested', data: { test_id: 't', result: null } });
  expect(await running).toBeNull();
});
