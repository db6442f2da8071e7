import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import type { FakeProvider } from '@api-monitor/fake-provider';
import { startFakeProvider } from '@api-monitor/fake-provider';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { openTestGateway, type TestGateway } from './open-test-gateway.ts';
import { upstreamKey } from './test-channel.ts';

let gateway: TestGateway;
let provider: FakeProvider;

beforeAll(async () => {
  provider = await startFakeProvider({ models: { m: 'good' }, apiKey: upstreamKey });
  gateway = await openTestGateway({
    channels: { relay: { origin: provider.origin, models: { m: {} } } },
  });
});
afterAll(async () => {
  await gateway.close();
  await provider.close();
});

const packs = {
  gzip: gzipSync,
  br: brotliCompressSync,
  zstd: zstdCompressSync,
  deflate: deflateSync,
} as const;

test.each(Object.entries(packs))(
  'a body in %s is served, and goes up as plain',
  async (coding, pack) => {
    const body = chatTo('relay/m', { filler: 'Grüße '.repeat(20_000) });
    for (const path of ['/v1/chat/completions', '/v1/responses', '/v1/messages']) {
      const answer = await call(gateway.origin, path, {
        body: pack(Buffer.from(JSON.stringify(body))),
        headers: { 'content-encoding': coding },
      });
      expect(answer.status).toBe(200);
      const { headers, body: got } = provider.requests.at(-1) ?? {};
      expect(got).toEqual({ ...body, model: 'm' });
      expect(headers).not.toHaveProperty('content-encoding');
    }
  },
);

test('the record counts the bytes of the plain body', async () => {
  const text = JSON.stringify(chatTo('relay/m', { filler: 'x'.repeat(50_000) }));
  const own = await openTestGateway({
    channels: { relay: { origin: provider.origin, models: { m: {} } } },
  });
  const headers = { 'content-encoding': 'zstd' };
  await call(own.origin, '/v1/chat/completions', {
    body: zstdCompressSync(Buffer.from(text)),
    headers,
  });
  const [record] = await own.recordsAtEnd();
  expect(record?.request_bytes).toBe(text.length);
  await own.close();
});
