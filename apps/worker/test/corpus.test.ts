import { firstFormOf, plainTransport, type Route, type UpstreamTarget } from '@api-monitor/core';
import { behaviours, type FakeProvider, startFakeProvider } from '@api-monitor/fake-provider';
import { createUpstream, type Upstream } from '@api-monitor/upstream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { probeModel } from '../src/probe/probe-model.ts';
import type { CorpusRow } from './corpus-row.ts';
import { corpusRows } from './corpus-rows.ts';

const apiKey = 'sk-corpus-key-0123456789';
const nowS = () => 1_800_000_000;
const nameByRoute: Record<Route, string> = {
  chat: 'gpt-4o',
  responses: 'gpt-5.1',
  anthropic: 'claude-sonnet-4-5',
  gemini: 'gemini-2.5-pro',
  embeddings: 'text-embedding-3-small',
};

let provider: FakeProvider;
let upstream: Upstream;
beforeAll(async () => {
  upstream = createUpstream({ allowPrivate: 'on', via: '1.1 api-monitor-0123456789abcdef' });
  provider = await startFakeProvider({ models: {}, apiKey });
});
afterAll(async () => {
  await upstream.close();
  await provider.close();
});

const cases = corpusRows
  .flatMap((row) =>
    row.routes.flatMap((route) => row.asked.map((asked) => ({ row, route, asked }))),
  )
  .map((probe, index) => ({ ...probe, id: index + 1 }));

interface Case {
  row: CorpusRow;
  route: Route;
  asked: 'streamed' | 'whole';
  id: number;
}

const wholeForm = (route: Route) => ({
  ...firstFormOf(route),
  stream: false,
  learned_at: nowS(),
});

/** Each probe has its own channel and connections, so that no probe affects another. */
async function run({ row, route, asked, id }: Case) {
  const model = `${row.behaviour}/${nameByRoute[route]}`;
  provider.setBehaviour(model, row.behaviour);
  const upstreamTarget: UpstreamTarget = {
    id,
    baseUrl: provider.origin,
    apiKey,
    ...plainTransport,
  };
  const { probe } = await probeModel({
    upstream,
    upstreamTarget,
    target: { prompt: 'Who are you?', anthropic_version: '2023-06-01', timeout_s: row.timeoutS },
    model,
    remembered: asked === 'whole' ? { route: null, forms: { [route]: wholeForm(route) } } : null,
    signal: new AbortController().signal,
    nowS,
    budget: { reserve: () => () => {} },
    by: 'run',
    random: () => 0.5,
  });
  upstream.forget(id);
  return probe;
}

function expectedOf({ row, route }: Case) {
  const fill = (text: string) =>
    text.replaceAll('{model}', `${row.behaviour}/${nameByRoute[route]}`);
  const { error, content } = row.expected;
  return {
    ...row.expected,
    content: fill(content),
    error: error instanceof RegExp ? expect.stringMatching(error) : error && fill(error),
  };
}

describe.concurrent('the verdict on', () => {
  test.each(cases)('$row.behaviour, on $route, asked $asked', async (probed) => {
    const probe = await run(probed);
    expect(probe).toMatchObject(expectedOf(probed));
    expect(JSON.stringify(probe)).not.toContain(apiKey);
    // Generous, because the machine may be busy; a probe that hangs would never end.
    expect(probe.duration).toBeLessThan(probed.row.timeoutS + 10);
  });
});

test('every behaviour of the provider has a row', () => {
  const covered = new Set<string>(corpusRows.map((row) => row.behaviour));
  expect(Object.keys(behaviours).filter((name) => !covered.has(name))).toEqual([]);
});
