import { once } from 'node:events';
import { createServer } from 'node:http';
import { Client } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { createGuardedConnectors } from './guarded-connector.ts';
import type { Lookup } from './share-lookups.ts';

const guard = (address: string) => (address === '127.0.0.1' ? null : `not allowed: ${address}`);

/** A name that resolves to other addresses at each lookup. */
function rebinding(...answers: string[][]): Lookup {
  let asked = 0;
  return (_hostname, _options, callback) => {
    const addresses = answers[Math.min(asked, answers.length - 1)] ?? [];
    asked += 1;
    callback(
      null,
      addresses.map((address) => ({ address, family: 4 })),
    );
  };
}

async function clientWith(lookup: Lookup) {
  const server = createServer((_request, response) => response.end('reached'));
  server.listen(0);
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const connect = createGuardedConnectors(guard, lookup, { take() {} })({
    timeoutMs: 5_000,
    verifySsl: true,
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return async () => {
    const client = new Client(`http://channel.example:${port}`, { connect });
    try {
      const { body } = await client.request({ method: 'GET', path: '/' });
      return await body.text();
    } finally {
      await client.destroy();
    }
  };
}

test('a name that was allowed is checked again for each connection', async () => {
  const ask = await clientWith(rebinding(['127.0.0.1'], ['127.0.0.2']));
  expect(await ask()).toBe('reached');
  await expect(ask()).rejects.toThrow('not allowed: 127.0.0.2 (channel.example)');
});

test('only the allowed ones of several addresses are tried', async () => {
  const ask = await clientWith(rebinding(['127.0.0.2', '127.0.0.1']));
  expect(await ask()).toBe('reached');
});

test('a name without an address is refused', async () => {
  const ask = await clientWith(rebinding([]));
  await expect(ask()).rejects.toThrow('channel.example');
});
