import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { call, chatTo } from './call.ts';
import { goodBody } from './good-answers.ts';
import { gatewayForTest } from './open-test-gateway.ts';
import { upstreamForTest } from './providers.ts';

// How soon an outage is over for clients is shown in src/board/outages.test.ts, by a clock.
const outageMs = 500;

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

/** The statuses of the clients' answers, until five in a row after the outage are good. */
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
  const statuses: number[] = [];
  for (let good = 0; good < 5; ) {
    const { status } = await call(gateway.origin, chat, { body: chatTo('m') });
    statuses.push(status);
    good = status === 200 && !isOut() ? good + 1 : 0;
    await new Promise((rest) => setTimeout(rest, 50));
  }
  return statuses;
}

test.each(faults)('%s for a moment is soon over for clients', async (_, fault) => {
  const statuses = await served(fault, 1);
  expect(new Set(statuses).size).toBeGreaterThan(1);
  expect(statuses).not.toContain(404);
});

test.each(faults)('with a second channel nobody notices %s for a moment', async (_, fault) => {
  expect(new Set(await served(fault, 2))).toEqual(new Set([200]));
});
