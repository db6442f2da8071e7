import { getTarget, updateTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import {
  broken,
  type KeyAnswer,
  keyedProvider,
  limited,
  outOfQuota,
  revoked,
} from './keyed-provider.ts';
import { gatewayForTest } from './open-test-gateway.ts';

const [a, b, c] = [
  'sk-aaaa-0123456789abcdef',
  'sk-bbbb-0123456789abcdef',
  'sk-cccc-0123456789abcd',
];
const named: Record<string, string> = { [a]: 'a', [b]: 'b', [c]: 'c' };
const routes = ['chat', 'responses', 'anthropic', 'gemini'] as const;
const models = { m: { routes }, n: { routes } };

/** A gateway with one channel that has a key for each of these answers. */
async function start(answers: Record<string, KeyAnswer>) {
  const provider = await keyedProvider(answers);
  const keys = Object.keys(answers).map((api_key) => ({
    ...{ name: named[api_key] ?? '', api_key, enabled: true },
  }));
  const channel = { origin: provider.origin, models, fields: { keys } };
  const gateway = await gatewayForTest({ channels: { relay: channel } });
  const ask = (more: object = {}, model = 'm') =>
    call(gateway.origin, '/v1/chat/completions', { body: chatTo(model, more) });
  /** The keys that were used since the last time, by their names. */
  const used = () => provider.asked.splice(0).map((key) => named[key]);
  return { ...gateway, provider, ask, used };
}

const user = [{ role: 'user', content: 'Hi' }];
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];
const formats: [string, string, object][] = [
  ['chat', '/v1/chat/completions', { model: 'm', messages: user }],
  ['chat, streamed', '/v1/chat/completions', { model: 'm', messages: user, stream: true }],
  ['responses', '/v1/responses', { model: 'm', input: 'Hi' }],
  ['responses, streamed', '/v1/responses', { model: 'm', input: 'Hi', stream: true }],
  ['messages', '/v1/messages', { model: 'm', max_tokens: 9, messages: user }],
  [
    'messages, streamed',
    '/v1/messages',
    { model: 'm', max_tokens: 9, messages: user, stream: true },
  ],
  ['gemini', '/v1beta/models/m:generateContent', { contents }],
  ['gemini, streamed', '/v1beta/models/m:streamGenerateContent?alt=sse', { contents }],
];

test.each(formats)(
  'a key out of quota, a revoked and a limited one cost no client anything: %s',
  async (_name, path, body) => {
    const good = 'sk-good-0123456789abcdef';
    const keys = { [a]: outOfQuota, [b]: revoked, [c]: limited(60), [good]: null };
    const { origin, provider, db, records, events } = await start(keys);
    for (let times = 0; times < 6; times += 1) {
      const answer = await call(origin, path, { body });
      expect([answer.status, answer.text]).toEqual([200, expect.stringContaining('I am')]);
      expect(answer.text).not.toContain('error":{');
    }
    // Each was asked once, and the good one from then on.
    expect(provider.asked.toSorted()).toEqual([a, b, c, ...Array(6).fill(good)].toSorted());
    await expect.poll(() => records.length).toBe(6);
    expect(records.flatMap(({ attempts }) => attempts)[0]).toMatchObject({
      ...{ target_key_name: 'a', target_key: expect.any(String), error_kind: 'quota' },
    });
    expect(JSON.stringify([records, events])).not.toContain('0123456789abcdef');
    expect(await getTarget(db, 1)).toMatchObject({ fault: null });
  },
);

test('keys take turns', async () => {
  const { ask, used } = await start({ [a]: null, [b]: null, [c]: null });
  for (let times = 0; times < 6; times += 1) await ask();
  expect(used()).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});

test('a conversation stays on its key, and moves on if that fails', async () => {
  const { ask, used, provider } = await start({ [a]: null, [b]: null });
  const turns = (length: number) => ({
    messages: Array.from({ length }, (_, at) => ({
      ...{ role: at % 2 === 0 ? 'user' : 'assistant', content: `turn ${at}` },
    })),
  });
  await ask(turns(1));
  await ask();
  for (const length of [3, 5]) await ask(turns(length));
  expect(used()).toEqual(['a', 'b', 'a', 'a']);
  provider.set(a, revoked);
  expect((await ask(turns(7))).status).toBe(200);
  expect((await ask(turns(9))).status).toBe(200);
  expect(used()).toEqual(['a', 'b', 'b']);
});

test('a limited key is used again after what it said', async () => {
  const { ask, used, provider, clock } = await start({ [a]: limited(120), [b]: null });
  await ask();
  await ask();
  expect(used()).toEqual(['a', 'b', 'b']);
  provider.set(a, null);
  clock.aheadS = 119;
  await ask();
  await ask();
  expect(used()).toEqual(['b', 'b']);
  clock.aheadS = 125;
  await ask();
  await ask();
  expect(used().toSorted()).toEqual(['a', 'b']);
});

test('with all keys limited, the client gets the 429, and the channel is busy', async () => {
  const { ask, used, provider, clock } = await start({ [a]: limited(20), [b]: limited(40) });
  const answer = await ask();
  expect([answer.status, answer.json.error.message]).toMatchObject([429, expect.any(String)]);
  expect(used()).toEqual(['a', 'b']);
  provider.set(a, null);
  clock.aheadS = 22;
  expect((await ask()).status).toBe(200);
  expect(used()).toEqual(['a']);
});

test('with all keys refused, the channel is at fault', async () => {
  const { ask, used } = await start({ [a]: revoked, [b]: outOfQuota });
  // The last answer passes as it came.
  expect((await ask()).status).toBe(429);
  expect(used()).toEqual(['a', 'b']);
  const { status, json } = await ask({}, 'n');
  expect([status, json.error.message]).toMatchObject([
    503,
    expect.stringContaining('has been failing'),
  ]);
  expect(used()).toEqual([]);
});

test('other faults are no key’s, and pass as they came', async () => {
  const { ask, used } = await start({ [a]: broken, [b]: null });
  const { status, json } = await ask();
  expect([status, json.error.message]).toEqual([500, expect.stringContaining('internal error')]);
  expect(used()).toEqual(['a']);
});

test('a request tries a few keys, and then the next channel', async () => {
  const keys = Array.from({ length: 9 }, (_, n) => ({
    ...{ name: `k${n}`, api_key: `sk-${n}${n}${n}-0123456789abcdef`, enabled: true },
  }));
  const provider = await keyedProvider({});
  const other = await keyedProvider({ 'sk-upstream-0123456789abcdef': null });
  const gateway = await gatewayForTest({
    channels: {
      relay: { origin: provider.origin, models, fields: { keys } },
      other: { origin: other.origin, models },
    },
  });
  const { status, headers } = await call(gateway.origin, '/v1/chat/completions', {
    body: chatTo('m'),
  });
  expect([status, headers['x-proxy-attempts']]).toEqual([200, '5']);
  expect(provider.asked).toHaveLength(4);
});

test('of the last channel a request tries more keys than of others', async () => {
  const bad = Array.from({ length: 9 }, (_, index) => `sk-bad${index}-0123456789abcdef`);
  const answers = Object.fromEntries(bad.map((key) => [key, revoked]));
  const { ask, provider } = await start({ ...answers, 'sk-good-0123456789abcdef': null });
  expect((await ask()).status).toBe(200);
  expect(provider.asked).toHaveLength(10);
});

test('every key of the channel is masked in answers', async () => {
  const quoting: KeyAnswer = (response) => {
    response.writeHead(400, { 'content-type': 'application/json', 'x-trace-id': b });
    response.end(
      JSON.stringify({ error: { message: `bad: ${a} and ${b} and ${c.slice(0, -1)}` } }),
    );
  };
  const { ask } = await start({ [a]: quoting, [b]: null, [c]: null });
  const { text, headers } = await ask();
  expect(text).toContain(`bad: ${'*'.repeat(a.length)} and ${'*'.repeat(b.length)} and sk-cccc`);
  expect(headers['x-trace-id']).toBe('*'.repeat(b.length));
});

test('what one gateway finds about a key, the others hear, and the database keeps', async () => {
  const { ask, events, db, targetIds } = await start({ [a]: revoked, [b]: null });
  await ask();
  await expect
    .poll(() => events.filter(({ type }) => type === 'target_key_changed'))
    .toMatchObject([
      { data: { target_id: 1, state: { fault: { kind: 'auth' } } } },
      { data: { state: { fault: null, proved_at: expect.any(Number) } } },
    ]);
  expect(await getTarget(db, targetIds.relay ?? 0)).toBeTruthy();
});

test('a key that is added, disabled or removed counts at once', async () => {
  const { ask, used, db, bus } = await start({ [a]: null, [b]: null, [c]: null });
  const change = async (...list: [string, boolean][]) => {
    const keys = list.map(([api_key, enabled]) => ({ name: '', api_key, enabled }));
    await updateTarget(db, 1, { keys }, Date.now() / 1000);
    await bus.events.publish({ type: 'target_updated', data: { target_id: 1 } });
    await expect
      .poll(async () => {
        used();
        for (let times = 0; times < 4; times += 1) await ask();
        return [...new Set(used())].toSorted();
      })
      .toEqual(list.flatMap(([key, enabled]) => (enabled ? [named[key]] : [])));
  };
  await change([a, true], [b, false], [c, true]);
  await change([b, true]);
});

test('what a key issued goes back to it, and is refused once that key is gone or fails', async () => {
  const { origin, used, db, bus, provider } = await start({ [a]: null, [b]: null });
  const ask = (more: object = {}) =>
    call(origin, '/v1/responses', { body: { model: 'm', input: `Hi ${Math.random()}`, ...more } });
  const first = await ask();
  const previous_response_id = first.json.id;
  expect(previous_response_id).toMatch(/^resp/);
  for (let times = 0; times < 3; times += 1) await ask({ previous_response_id });
  expect(new Set(used())).toEqual(new Set(['a']));
  provider.set(a, revoked);
  await ask({ previous_response_id });
  const failing = await ask({ previous_response_id });
  expect([failing.status, failing.json.error.message]).toEqual([
    503,
    expect.stringContaining('belongs to the key "a" of the channel "relay" alone, which fails'),
  ]);
  await updateTarget(db, 1, { keys: [{ name: '', api_key: b, enabled: true }] }, Date.now() / 1000);
  await bus.events.publish({ type: 'target_updated', data: { target_id: 1 } });
  await expect.poll(async () => (await ask({ previous_response_id })).status).toBe(404);
});
