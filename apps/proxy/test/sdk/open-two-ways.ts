import { type BehaviourName, startFakeProvider } from '@api-monitor/fake-provider';
import { clientKey, openTestGateway } from '../open-test-gateway.ts';
import { upstreamKey } from '../test-channel.ts';

/** The address for an SDK, and how it names a model there. */
export interface Way {
  origin: string;
  apiKey: string;
  modelPrefix: string;
  /** How many requests have been made. */
  received: () => number;
}

/** The outcome of a call: the SDK's reading of the answer, or the error that it threw. */
export type Outcome = { result: unknown } | { error: Record<string, unknown> };

/** Answers that every SDK reads, errors of every provider, and streams that break. */
export const good = [
  'good',
  'paced',
  'tool_call',
  'thought_then_text',
  'long_text',
  'stopped_thinking',
  'gzip',
  'br',
] as const satisfies readonly BehaviourName[];
export const refused = [
  'http_400',
  'http_401',
  'http_403',
  'http_404_model',
  'http_429',
  'http_500',
] as const satisfies readonly BehaviourName[];
export const broken = [
  'reset_midway',
  'closed_midway',
  'silent_truncation',
  'stream_without_end',
] as const satisfies readonly BehaviourName[];

const behaviours = [
  ...good,
  ...refused,
  ...broken,
  'http_422',
  'http_503',
  'http_529',
  'error_event',
  'error_event_first',
  'error_event_named',
  'response_failed_event',
  'reset_before_headers',
] as const satisfies readonly BehaviourName[];

/** The same by another name, for calls that must not meet the rest after others. */
const retried = {
  retried_429: 'http_429',
  retried_500: 'http_500',
  retried_503: 'http_503',
  retried_529: 'http_529',
} as const satisfies Record<string, BehaviourName>;

export type TestBehaviour = (typeof behaviours)[number] | keyof typeof retried;

/** The same provider, directly and through the gateway; each model is named after its behaviour. */
export async function openTwoWays() {
  const named = Object.fromEntries(behaviours.map((name) => [name, name]));
  const models = { ...named, ...retried };
  const provider = await startFakeProvider({ models, apiKey: upstreamKey, hasSideEndpoints: true });
  const proven = Object.fromEntries(Object.keys(models).map((name) => [name, {}]));
  const channels = { relay: { origin: provider.origin, models: proven } };
  const gateway = await openTestGateway({ channels });
  let received = 0;
  gateway.onRequest(() => {
    received += 1;
  });
  const direct: Way = {
    ...{ origin: provider.origin, apiKey: upstreamKey, modelPrefix: '' },
    received: () => provider.received(),
  };
  const through: Way = {
    ...{ origin: gateway.origin, apiKey: clientKey, modelPrefix: 'relay/' },
    received: () => received,
  };
  return {
    gateway,
    provider,
    direct,
    through,
    /** Moves the clock past the rest of every model that an earlier call has failed. */
    rest: () => {
      gateway.clock.aheadS += 200;
    },
    async close() {
      await gateway.close();
      await provider.close();
    },
  };
}

/** Makes a call and returns its outcome and how many requests the SDK made. */
export async function outcomeOf({ received }: Way, work: () => Promise<unknown>) {
  const before = received();
  const outcome = await settle(work);
  return { outcome, requests: received() - before };
}

async function settle(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { result: plain(await work()) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const { status, code, type, param } = error as Error & Record<string, unknown>;
    const name = error.constructor.name;
    return { error: plain({ name, message: error.message, status, code, type, param }) };
  }
}

/** Only what the caller reads: the headers of the two answers always differ. */
function plain(value: unknown) {
  const text = JSON.stringify(value ?? null, (name, inner: unknown) =>
    name === 'sdkHttpResponse' || name === '_request_id' ? undefined : inner,
  );
  return JSON.parse(text);
}

/** Reads a stream to its end. */
export async function collect<T>(
  stream: AsyncIterable<T> | Promise<AsyncIterable<T>>,
): Promise<T[]> {
  const items: T[] = [];
  for await (const item of await stream) items.push(item);
  return items;
}
