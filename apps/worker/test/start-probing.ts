import { plainTransport, type UpstreamTarget } from '@api-monitor/core';
import {
  type FakeProvider,
  type FakeProviderOptions,
  startFakeProvider,
  type TestCertificate,
} from '@api-monitor/fake-provider';
import { createUpstream } from '@api-monitor/upstream';
import { listModels } from '../src/probe/list-models.ts';
import { type ProbeModelInput, probeModel } from '../src/probe/probe-model.ts';

export const probingKey = 'sk-probing-key-0123456789';
/** The time of every probe. */
export const probingNowS = 1_800_000_000;

/** For tests: a provider, and the real upstream. Close it after the test. */
export async function startProbing(
  models: FakeProviderOptions['models'],
  certificate?: TestCertificate,
) {
  const upstream = createUpstream({ allowPrivate: 'on', via: '1.1 api-monitor-0123456789abcdef' });
  const provider: FakeProvider = await startFakeProvider({
    models,
    apiKey: probingKey,
    ...(certificate ? { certificate } : {}),
  });
  const upstreamTarget: UpstreamTarget = {
    id: 1,
    baseUrl: provider.origin,
    apiKey: probingKey,
    ...plainTransport,
  };
  const target = { prompt: 'Who are you?', anthropic_version: '2023-06-01', timeout_s: 10 };
  const signal = new AbortController().signal;
  const budget = { reserve: () => () => {} };
  const shared = { upstream, upstreamTarget, target, budget, signal };
  const asking = { by: 'run', random: () => 0.5, nowS: () => probingNowS } as const;
  return {
    provider,
    probe: (model: string, changes: Partial<ProbeModelInput> = {}) =>
      probeModel({ ...shared, ...asking, model, remembered: null, ...changes }),
    list: (changes: Partial<UpstreamTarget> = {}, way: unknown = null) =>
      listModels({
        upstream,
        target,
        upstreamTarget: { ...upstreamTarget, ...changes },
        way,
        cut: signal,
      }),
    upstreamTarget,
    async close() {
      await upstream.close();
      await provider.close();
    },
  };
}

export type Probing = Awaited<ReturnType<typeof startProbing>>;
