import { createServer, type RequestListener } from 'node:http';
import {
  type FakeProvider,
  type FakeProviderOptions,
  startFakeProvider,
} from '@api-monitor/fake-provider';
import { onTestFinished } from 'vitest';
import { listen } from './open-test-gateway.ts';
import { upstreamKey } from './test-channel.ts';

/** A fake provider that ends with the test. */
export async function providerForTest(
  models: FakeProviderOptions['models'] = { m: 'good' },
  options: Partial<FakeProviderOptions> = {},
): Promise<FakeProvider> {
  const provider = await startFakeProvider({ models, apiKey: upstreamKey, ...options });
  onTestFinished(() => provider.close());
  return provider;
}

/** An upstream of the test's own, for what a fake provider doesn't do; ends with the test. */
export async function upstreamForTest(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  const port = await listen(server);
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${port}`;
}
