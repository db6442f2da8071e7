import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody, goodEvent } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';

const chat = '/v1/chat/completions';
type Answer = (response: ServerResponse) => void;

const routes = ['chat', 'anthropic', 'responses'] as const;

/** Channels that are asked in this order, each with its time to the first token in seconds; 0: automatic. */
async function start(patienceMs: number, ...given: [Answer, number][]) {
  const asked = given.map(() => 0);
  const channels = await Promise.all(
    given.map(async ([answer, first_token_timeout_s], at) => {
      const origin = await upstreamForTest((_, response) => {
        asked[at] = (asked[at] ?? 0) + 1;
        answer(response);
      });
      const fields = { first_token_timeout_s, timeout_s: 3 };
      return [`channel-${at + 1}`, { origin, models: { m: { routes } }, fields }] as const;
    }),
  );
  const gateway = await gatewayForTest({
    channels: Object.fromEntries(channels),
    options: { idleTimeoutMs: 3_000 },
    settings: { patience_s: patienceMs / 1000 },
  });
  const ask = async (more: object = { stream: true }, path = chat) => {
    const startedAtMs = performance.now();
    const answer = await call(gateway.origin, path, { body: chatTo('m', more) });
    return { ...answer, tookMs: performance.now() - startedAtMs };
  };
  return { ...gateway, ask, asked };
}

const begun = (text: string) => (response: ServerResponse) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(text);
};
const event = (data: object) => `data: ${JSON.stringify(data)}\n\n`;
const named = (data: { type: string; [field: string]: unknown }) =>
  `event: ${data.type}\n${event(data)}`;
const roleOnly = event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] });
const silent: Answer = () => {};
const good: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.end(`${goodEvent}data: [DONE]\n\n`);
};
const goodWhole: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' }).end(goodBody);
};

test.each<[string, Answer]>([
  ['no byte', silent],
  ['a role', begun(roleOnly)],
  ['a comment', begun(': ping\n\n')],
])('a channel from which %s has come in its time is left for the next', async (_, first) => {
  const { ask, recordsAtEnd } = await start(20_000, [first, 0.3], [good, 0]);
  const answer = await ask();
  expect([answer.status, answer.headers['x-proxy-attempts']]).toEqual([200, '2']);
  expect(answer.text).toContain('I am m.');
  expect(answer.tookMs).toBeLessThan(3_000);
  const [record] = await recordsAtEnd();
  expect(record?.attempts[0]).toMatchObject({ error_kind: 'timeout', is_live_failure: true });
});

test('all attempts together take no longer than the patience, and the last has its own time', async () => {
  const { ask, asked } = await start(1_100, [silent, 0.4], [silent, 0.4], [silent, 0.4], [good, 0]);
  const answer = await ask();
  // The third would begin when the patience has ended, so it is the last one.
  expect(asked).toEqual([1, 1, 1, 0]);
  expect(answer.status).toBe(504);
  expect(answer.tookMs).toBeGreaterThan(3_700);
});

test('a whole answer that outlasts the patience is nobody’s fault, and the next is asked', async () => {
  const { ask, recordsAtEnd } = await start(600, [silent, 0.1], [goodWhole, 0]);
  const answer = await ask({});
  expect([answer.status, answer.headers['x-proxy-attempts']]).toEqual([200, '2']);
  expect(answer.tookMs).toBeGreaterThan(500);
  const [record] = await recordsAtEnd();
  expect(record?.attempts[0]).toMatchObject({
    is_live_failure: false,
    finding: { outcome: 'none' },
  });
});

test('the only channel has its own time, not the patience', async () => {
  const { ask } = await start(100, [(response) => setTimeout(() => good(response), 600), 0.1]);
  expect((await ask()).status).toBe(200);
});

const thinks: [string, string, string][] = [
  [
    'messages',
    '/v1/messages',
    named({ type: 'message_start' }) +
      named({
        ...{ type: 'content_block_start', index: 0 },
        ...{ content_block: { type: 'thinking', thinking: '' } },
      }),
  ],
  [
    'responses',
    '/v1/responses',
    named({ type: 'response.created' }) +
      named({ type: 'response.output_item.added', item: { type: 'reasoning' } }),
  ],
];

test.each(thinks)(
  'a model that thinks on %s without showing it keeps the request',
  async (_, path, text) => {
    const answer: Answer = (response) => {
      begun(text)(response);
      setTimeout(() => response.end('\n: the answer\n\n'), 1_200);
    };
    const { ask, asked } = await start(600, [answer, 0.3], [good, 0]);
    const { text: got } = await ask({ stream: true }, path);
    expect(got).toContain('the answer');
    expect(asked).toEqual([1, 0]);
  },
);

test('a model of which nothing is known to think has no more time', async () => {
  const created = named({ type: 'response.created' });
  const { ask, asked } = await start(600, [begun(created), 0.3], [good, 0]);
  await ask({ stream: true }, '/v1/responses');
  expect(asked).toEqual([1, 1]);
});
