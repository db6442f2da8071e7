import { createServer, type RequestListener } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import {
  type FakeProvider,
  type FakeProviderOptions,
  startFakeProvider,
} from '@api-monitor/fake-provider';
import { onTestFinished } from 'vitest';
import { listen } from './open-test-gateway.ts';
import { upstreamKey } from './test-channel.ts';

/** A fake provider that is closed when the test ends. */
export async function providerForTest(
  models: FakeProviderOptions['models'] = { m: 'good' },
  options: Partial<FakeProviderOptions> = {},
): Promise<FakeProvider> {
  const provider = await startFakeProvider({ models, apiKey: upstreamKey, ...options });
  onTestFinished(() => provider.close());
  return provider;
}

/** An upstream made by the test, for what a fake provider doesn't do; closed when the test ends. */
export async function upstreamForTest(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}

interface RawUpstreamOptions {
  /** How long a connection stays open after an answer; absent: until the gateway closes it. */
  endsAfterMs?: number;
}

/** An upstream that answers each request with raw bytes, or hangs up for null; counts its connections. */
export async function rawUpstream(
  answer: (request: string, connection: number) => string | Buffer | null,
  { endsAfterMs }: RawUpstreamOptions = {},
) {
  const state = { connections: 0 };
  const server = createNetServer((socket) => {
    state.connections += 1;
    const connection = state.connections;
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      const text = answer(bytes.toString('latin1'), connection);
      if (text === null) socket.destroy();
      else socket.write(text);
      if (endsAfterMs !== undefined) setTimeout(() => socket.end(), endsAfterMs);
    });
  });
  const port = await listen(server);
  onTestFinished(() => void server.close());
  return { origin: `http://127.0.0.1:${port}`, state };
}
