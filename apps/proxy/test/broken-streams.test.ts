import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { clientKey, gatewayForTest } from './open-test-gateway.ts';
import { providerForTest, upstreamForTest } from './providers.ts';
import { rawConnection, rawPost } from './raw-connection.ts';

const chat = '/v1/chat/completions';
const streamed = { stream: true };

const routes = [
  ['chat', chat],
  ['responses', '/v1/responses'],
  ['messages', '/v1/messages'],
  ['gemini', '/v1beta/models/relay/m:streamGenerateContent?alt=sse'],
] as const;
type Format = (typeof routes)[number][0];

/** What an SDK of the format must see to know that the stream failed. */
function expectErrorEvent(format: Format, text: string) {
  const events = text.split('\n\n');
  // The end is a whole line, except for Gemini: its older SDKs notice a break by a line without a field.
  expect(events.at(-1)).toBe(format === 'gemini' ? ': broke off' : '');
  const last = events.at(-2) ?? '';
  const lines = last.trim().split('\n');
  const data = JSON.parse(/^data: (.*)$/.exec(lines.at(-1) ?? '')?.[1] ?? 'null');
  const message = expect.stringContaining('the channel broke off');
  switch (format) {
    case 'chat':
      expect(lines).toHaveLength(1);
      expect(data).toMatchObject({ error: { message, type: 'server_error', param: null } });
      break;
    case 'responses':
      expect(lines[0]).toBe('event: error');
      expect(data).toMatchObject({ type: 'error', message, error: { message } });
      break;
    case 'messages':
      expect(lines[0]).toBe('event: error');
      expect(data).toMatchObject({ type: 'error', error: { type: 'api_error', message } });
      break;
    case 'gemini':
      expect(data).toMatchObject({
        error: { code: expect.any(Number), message, status: expect.any(String) },
      });
  }
}

async function gatewayTo(origin: string, options = {}) {
  const channels = { relay: { origin, models: { m: {} } } };
  return gatewayForTest({ channels, options });
}

const breaks = ['silent_truncation', 'reset_midway', 'closed_midway'] as const;
const cases = breaks.flatMap((how) => routes.map(([format, path]) => [how, format, path] as const));

test.each(cases)('%s on %s ends in an error event', async (how, format, path) => {
  const provider = await providerForTest({ m: how });
  const gateway = await gatewayTo(provider.origin);
  const answer = await call(gateway.origin, path, { body: chatTo('relay/m', streamed) });
  expect(answer.status).toBe(200);
  expect(answer.text).not.toMatch(/\[DONE\]|message_stop|response\.completed/);
  expectErrorEvent(format, answer.text);
});

test.each(routes)('a %s stream that breaks after its end is whole', async (format, path) => {
  const provider = await providerForTest({ m: 'shorter_than_promised' });
  const gateway = await gatewayTo(provider.origin);
  const answer = await call(gateway.origin, path, { body: chatTo('relay/m', streamed) });
  // What Gemini sends last may come with every event.
  if (format === 'gemini') expectErrorEvent(format, answer.text);
  else expect(answer.text).toMatch(/(\[DONE\]|message_stop"\}|\}\})\n\n$/);
});

test.each(routes)(
  'a %s stream that stops between two events ends in an error event',
  async (format, path) => {
    const provider = await providerForTest({ m: 'stream_without_end' });
    const gateway = await gatewayTo(provider.origin);
    const answer = await call(gateway.origin, path, { body: chatTo('relay/m', streamed) });
    expectErrorEvent(format, answer.text);
  },
);

test.each(routes)('a %s stream that falls silent ends in an error event', async (format, path) => {
  const provider = await providerForTest({ m: 'hang_midway' });
  const gateway = await gatewayTo(provider.origin, { idleTimeoutMs: 200 });
  const answer = await call(gateway.origin, path, { body: chatTo('relay/m', streamed) });
  expectErrorEvent(format, answer.text);
  expect(answer.text).toContain('nothing arrived for 0.2 s');
});

test('text that quotes the end of a stream doesn’t end it', async () => {
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const content =
      'say data: [DONE] or message_stop or response.completed, "finish_reason":"stop"';
    response.end(`data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`);
  });
  const gateway = await gatewayTo(origin);
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m', streamed) });
  expectErrorEvent('chat', answer.text);
  for (const [path, type] of [
    ['/v1/messages', 'text_delta'],
    ['/v1/responses', 'output_text'],
  ]) {
    const other = await call(gateway.origin, `${path}`, {
      body: chatTo('relay/m', { stream: true, type }),
    });
    expect(other.text).toContain('event: error');
  }
});

test('an error event is sent even if the upstream promised a length', async () => {
  const text = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': text.length });
    response.end(text);
  });
  const gateway = await gatewayTo(origin);
  const client = await rawConnection(gateway.port);
  client.send(rawPost(chat, clientKey, chatTo('relay/m', streamed)));
  await client.until('upstream_interrupted');
  // The next answer on the same connection is intact.
  client.send(rawPost('/v1/nothing', clientKey, {}));
  await client.until('unknown_url');
  gateway.clock.aheadS += 2;
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m', streamed) });
  expectErrorEvent('chat', answer.text);
});

test('a complete stream with a length passes unchanged', async () => {
  const text = 'data: {"choices":[]}\n\ndata: [DONE]\n\n';
  const origin = await upstreamForTest((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-length': text.length });
    response.end(text);
  });
  const gateway = await gatewayTo(origin);
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m', streamed) });
  expect(answer.text).toBe(text);
});

/** The client sees a broken connection, never a clean end. */
async function expectBroken(origin: string, body: object) {
  await expect(call(origin, chat, { body })).rejects.toThrow(/aborted|hang up|ECONNRESET/);
}

test.each(['reset_midway', 'closed_midway', 'shorter_than_promised', 'hang_midway'] as const)(
  'an answer that isn’t a stream and breaks (%s) breaks the client’s connection',
  async (how) => {
    const provider = await providerForTest({ m: how });
    const gateway = await gatewayTo(provider.origin, { idleTimeoutMs: 200 });
    await expectBroken(gateway.origin, chatTo('relay/m'));
    const records = await gateway.recordsAtEnd();
    expect(records).toMatchObject([{ status: 200, attempts: [{ is_live_failure: true }] }]);
    expect(records[0]?.error).toMatch(/connection|nothing arrived/);
  },
);

const half = 'data: {"choices":[{"delta":{"content":"a"}}]}\n\n';
test.each<[string, (response: ServerResponse) => void]>([
  ['cut off', (response) => response.socket?.destroy()],
  ['silently cut short', (response) => response.end()],
])('a compressed stream that is %s ends in an error event', async (_, finish) => {
  const origin = await upstreamForTest((__, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
    response.write(gzipSync(half.repeat(50)).subarray(0, -12), () => finish(response));
  });
  const gateway = await gatewayTo(origin);
  const answer = await call(gateway.origin, chat, { body: chatTo('relay/m', streamed) });
  expectErrorEvent('chat', answer.text);
});

test('a complete compressed stream passes without an error', async () => {
  const provider = await providerForTest({ m: 'gzip' });
  const gateway = await gatewayTo(provider.origin);
  for (const [, path] of routes) {
    const answer = await call(gateway.origin, path, { body: chatTo('relay/m', streamed) });
    expect(answer.status).toBe(200);
  }
  await expect.poll(() => gateway.records.length).toBe(4);
  expect(gateway.records.map(({ error }) => error)).toEqual([null, null, null, null]);
});
