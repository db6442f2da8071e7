import type { TargetInput } from '@api-monitor/core';
import { setSettings, updateTarget } from '@api-monitor/db';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';

const delta = (content: string) =>
  `data: {"choices":[{"index":0,"delta":{"content":"${content}"}}]}\n\n`;
const words = [delta('One'), delta(' two'), delta(' three.')].join('');
const finish = 'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\n';
const usage = 'data: {"choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":200}}\n\n';
const done = 'data: [DONE]\n\n';

/** A channel that reports a stream's usage only if it's asked to. */
async function start(fields: Partial<TargetInput> = {}) {
  const asked: string[] = [];
  const origin = await upstreamForTest(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(body);
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const hasUsage = JSON.parse(body).stream_options?.include_usage === true;
    response.end(words + finish + (hasUsage ? usage : '') + done);
  });
  const channels = { relay: { origin, models: { 'gpt-4o': {}, own: {} }, fields } };
  const gateway = await gatewayForTest({ channels });
  const ask = (model: string, more: object = {}) =>
    call(gateway.origin, '/v1/chat/completions', {
      body: chatTo(model, { stream: true, ...more }),
    });
  /** Asks, and returns the record. */
  const recordOf = async (model: string, more: object = {}) => {
    const { length } = gateway.records;
    await ask(model, more);
    await expect.poll(() => gateway.records.length, { timeout: 2500 }).toBe(length + 1);
    return gateway.records.at(-1);
  };
  return { ...gateway, asked, ask, recordOf };
}

const asking = { stream_options: { include_usage: true } };

test('a request costs its tokens at the price of the table, the setting or the channel', async () => {
  const { recordOf, db, bus, targetIds, nowS } = await start({ price_multiplier: 0.5 });
  expect(await recordOf('gpt-4o', asking)).toMatchObject({
    ...{ cost: (1000 * 2.5 + 200 * 10) / 2e6, tokens_estimated: false },
    price: { source: 'table', multiplier: 0.5, input: 1.25, output: 5, cached_input: 0.625 },
  });
  expect(await recordOf('own', asking)).toMatchObject({ cost: null, price: null });
  const sourceIs = (source: string) =>
    expect
      .poll(async () => (await recordOf('own', asking))?.price?.source, { timeout: 5_000 })
      .toBe(source);
  await setSettings(db, { prices: 'own = input 1, output 1' }, nowS());
  await bus.events.publish({ type: 'settings_changed', data: { keys: ['prices'] } });
  await sourceIs('setting');
  const target_id = targetIds.relay ?? 0;
  await updateTarget(db, target_id, { prices: ['own = input 2, output 4'] }, nowS());
  await bus.events.publish({ type: 'target_updated', data: { target_id } });
  await sourceIs('channel');
  const record = await recordOf('own', asking);
  expect(record?.cost).toBeCloseTo((1000 * 2 + 200 * 4) / 2e6);
});

test('a stream without a report costs what its text comes to, and its record says so', async () => {
  const { recordOf } = await start();
  const body = JSON.stringify(chatTo('gpt-4o', { stream: true }));
  const input_tokens = Math.ceil(body.length / 4);
  const record = await recordOf('gpt-4o');
  expect(record).toMatchObject({ input_tokens, tokens_estimated: true });
  const output = record?.output_tokens ?? 0;
  expect(output).toBeGreaterThanOrEqual('One two three.'.length / 4);
  expect(output).toBeLessThan(8);
  expect(record?.cost).toBeCloseTo((input_tokens * 2.5 + output * 10) / 1e6);
});

test('a channel may be asked for the usage of streams, which clients that didn’t ask don’t get', async () => {
  const { ask, asked, recordsAtEnd } = await start({ ask_usage: true });
  expect((await ask('gpt-4o')).text).toBe(words + finish + done);
  expect((await ask('gpt-4o', asking)).text).toBe(words + finish + usage + done);
  const refused = { stream_options: { include_usage: false, other: 1 } };
  expect((await ask('gpt-4o', refused)).text).toBe(words + finish + done);
  expect((await ask('gpt-4o', { stream: false })).text).toBe(words + finish + done);
  const options = asked.map((body) => JSON.parse(body).stream_options);
  expect(options).toEqual([
    { include_usage: true },
    { include_usage: true },
    { include_usage: true, other: 1 },
    undefined,
  ]);
  expect(asked[1]).toBe(JSON.stringify(chatTo('gpt-4o', { stream: true, ...asking })));
  expect((await recordsAtEnd())[0]).toMatchObject({ input_tokens: 1000, tokens_estimated: false });
});
