import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';

const outageMs = 1_000;
/** By when an outage of a second must be over for clients, from its start. */
const overByMs = 3_000;

const faults: [string, (response: ServerResponse) => void][] = [
  ['a reset', (response) => response.socket?.resetAndDestroy()],
  ['a 503', (response) => response.writeHead(503).end('{"error":{"message":"restarting"}}')],
  [
    'a 429 with Retry-After',
    (response) =>
      response.writeHead(429, { 'retry-after': '1' }).end('{"error":{"message":"slow down"}}'),
  ],
];

const chat = '/v1/chat/completions';

/** The times of the clients' answers, in milliseconds since the start of the outage. */
async function served(fault: (response: ServerResponse) => void, channels: number) {
  let outFromMs = Number.POSITIVE_INFINITY;
  const isOut = () => {
    const ms = performance.now() - outFromMs;
    return ms >= 0 && ms < outageMs;
  };
  const failing = await upstreamForTest((_, response) => {
    if (isOut()) fault(response);
    else response.end(goodBody);
  });
  const steady = await upstreamForTest((_, response) => void response.end(goodBody));
  const models = { m: {} };
  const gateway = await gatewayForTest({
    channels: {
      failing: { origin: failing, models },
      ...(channels > 1 ? { steady: { origin: steady, models } } : {}),
    },
  });
  outFromMs = performance.now();
  const answers: { status: number; atMs: number }[] = [];
  const untilMs = channels > 1 ? outageMs + 200 : overByMs + 500;
  while (performance.now() - outFromMs < untilMs) {
    const { status } = await call(gateway.origin, chat, { body: chatTo('m') });
    answers.push({ status, atMs: performance.now() - outFromMs });
    await new Promise((rest) => setTimeout(rest, 50));
  }
  return answers;
}

test.each(faults)('a second of %s is over for clients within three', async (_, fault) => {
  const answers = await served(fault, 1);
  const statuses = new Set(answers.map(({ status }) => status));
  expect(statuses).toContain(200);
  expect(statuses).not.toContain(404);
  const lastMs = Math.max(...answers.filter(({ status }) => status !== 200).map((one) => one.atMs));
  expect(lastMs).toBeLessThan(overByMs);
});

test.each(faults)('with a second channel nobody notices a second of %s', async (_, fault) => {
  const answers = await served(fault, 2);
  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
});
