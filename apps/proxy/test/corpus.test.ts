import {
  type Exchange,
  firstFormOf,
  type Judgement,
  judgeAnswer,
  plainTransport,
  type Route,
  routes,
  type UpstreamRequest,
} from '@api-monitor/core';
import {
  type BehaviourName,
  behaviours,
  type FakeProvider,
  startFakeProvider,
} from '@api-monitor/fake-provider';
import { protocolFor, readBody } from '@api-monitor/protocols';
import { createUpstream, type Upstream } from '@api-monitor/upstream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { call } from './call.ts';
import { openTestGateway, type TestGateway } from './open-test-gateway.ts';
import { upstreamKey } from './test-channel.ts';

const names = Object.keys(behaviours) as BehaviourName[];
/**
 * Never over for a client, or only after the channel's timeout; and a client's answer may be longer than
 * what a probe reads.
 */
const apart: readonly BehaviourName[] = [
  ...(['endless_body', 'endless_comments', 'slow_drip', 'hang_before_headers'] as const),
  'over_4_mib',
];

let provider: FakeProvider;
let gateway: TestGateway;
let upstream: Upstream;

beforeAll(async () => {
  const models = Object.fromEntries(names.map((name) => [name, name]));
  provider = await startFakeProvider({ models, apiKey: upstreamKey, hasSideEndpoints: true });
  // Nobody probes these models, so a client is served however often others have met a failure.
  const fields = { dont_probe: ['*'], timeout_s: 3 };
  const { origin } = provider;
  // Each has a channel of its own, so that several can be asked at a time.
  const channels = names.map(
    (name) => [name, { origin, models: { [name]: { isSkipped: true } }, fields }] as const,
  );
  gateway = await openTestGateway({
    channels: Object.fromEntries(channels),
    options: { idleTimeoutMs: 1_000 },
  });
  upstream = createUpstream({ allowPrivate: 'on', via: '1.1 api-monitor-0123456789abcdef' });
});
afterAll(async () => {
  await upstream.close();
  await gateway.close();
  await provider.close();
});

function requestOf(route: Route, model: string, stream: boolean): UpstreamRequest {
  const form = { ...firstFormOf(route), stream };
  const question = { model, prompt: 'Who are you?', anthropicVersion: '2023-06-01', form };
  return protocolFor(route).buildRequest(question);
}

/**
 * What the answer shows if it is read as a probe reads it, in one piece; null if none came whole. A stream
 * that has said that it is complete is whole, however its connection ends; Gemini's may say so anywhere.
 */
async function seenDirectly(
  { route, stream }: { route: Route; stream: boolean },
  request: UpstreamRequest,
): Promise<Judgement | null> {
  const channel = { id: 1, baseUrl: provider.origin, apiKey: upstreamKey, ...plainTransport };
  let text = '';
  const exchange: Exchange = await upstream.exchange(channel, request, {
    timeoutMs: 2_000,
    onText(piece) {
      text += piece;
      return 'under_way';
    },
  });
  if (!exchange.answered || exchange.cut !== null) {
    if (!stream || route === 'gemini') return null;
    const reading = readBody(protocolFor(route), 200, text);
    return reading.kind === 'answer' ? judgeAnswer({ status: 200, reading, by: 'traffic' }) : null;
  }
  const { status, body } = exchange;
  const reading = readBody(protocolFor(route), status, body);
  return judgeAnswer({ status, reading, by: 'traffic', location: exchange.headers.location });
}

async function askGateway({ path, headers, body }: UpstreamRequest): Promise<void> {
  await call(gateway.origin, path, { headers, body: body ?? '' }).catch(() => null);
}

const cases = routes.flatMap((route) =>
  (route === 'embeddings' ? [false] : [true, false]).map((stream) => ({ route, stream })),
);

test.each(cases)(
  'every answer on $route (streamed: $stream) shows a client what it shows a probe',
  async ({ route, stream }) => {
    const before = gateway.records.length;
    const asked = names.filter((one) => !apart.includes(one));
    const direct = new Map<string, Judgement | null>();
    // Past every rest and every fault of the channels.
    gateway.clock.aheadS += 10 * 86_400;
    const waiting = asked.values();
    const lane = async () => {
      for (const name of waiting) {
        const request = requestOf(route, name, stream);
        direct.set(name, await seenDirectly({ route, stream }, request));
        await askGateway(request);
      }
    };
    await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map(lane));
    await expect.poll(() => gateway.records.length).toBe(before + asked.length);
    for (const record of gateway.records.slice(before)) {
      const shown = direct.get(record.requested_model);
      const { outcome, kind, scope } = shown ?? { outcome: 'failure' };
      const expected = shown ? { outcome, kind, scope } : { outcome };
      const finding = record.attempts[0]?.finding;
      expect.soft(finding, `${record.requested_model}: ${record.error}`).toMatchObject(expected);
    }
  },
  120_000,
);
