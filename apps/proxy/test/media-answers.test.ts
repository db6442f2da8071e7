import { expect, test } from 'vitest';
import { call } from './call.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';

/** Two channels that offer `m`; both give this answer. */
async function start(contentType: string, body: Buffer) {
  const asked: string[] = [];
  const upstream = (name: string) =>
    upstreamForTest((_, response) => {
      asked.push(name);
      response.writeHead(200, { 'content-type': contentType }).end(body);
    });
  const channels = {
    one: { origin: await upstream('one'), models: { m: {} } },
    two: { origin: await upstream('two'), models: { m: {} } },
  };
  return { gateway: await gatewayForTest({ channels }), asked };
}

const [speech, transcriptions] = ['/v1/audio/speech', '/v1/audio/transcriptions'];

test.each<[string, string, string, Buffer]>([
  ['silence as text', transcriptions, 'text/plain', Buffer.alloc(0)],
  ['a sound in brackets', transcriptions, 'text/plain', Buffer.from('[BLANK_AUDIO]\n')],
  ['silence as PCM', speech, 'audio/pcm', Buffer.alloc(4800)],
  ['PCM that starts like JSON', speech, 'audio/pcm', Buffer.from([0, 0x7b, 0, 0x5b])],
])('%s is served as it came, by one channel, which stays in use', async (_, path, type, body) => {
  const { gateway, asked } = await start(type, body);
  for (let n = 0; n < 3; n += 1) {
    const answer = await call(gateway.origin, path, { body: { model: 'm', input: 'x' } });
    expect([answer.status, answer.headers['content-type']]).toEqual([200, type]);
    expect(answer.bytes.equals(body)).toBe(true);
  }
  expect(asked).toHaveLength(3);
  const records = await gateway.recordsAtEnd();
  expect(records.flatMap(({ attempts }) => attempts.map((one) => one.is_live_failure))).toEqual([
    ...[false, false, false],
  ]);
});

test.each([
  [speech, 'audio/pcm', ''],
  [speech, 'text/plain', '{"error":{"message":"no quota"}}'],
  [transcriptions, 'text/plain', '{"error":{"message":"no quota"}}'],
  [transcriptions, 'text/html', '<!doctype html><title>Log in</title>'],
])('an answer of %s that isn’t one moves on: %s %j', async (path, type, body) => {
  const { gateway, asked } = await start(type, Buffer.from(body));
  await call(gateway.origin, path, { body: { model: 'm', input: 'x' } });
  expect(asked).toEqual(['one', 'two']);
});
