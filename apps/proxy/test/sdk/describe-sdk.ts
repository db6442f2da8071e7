import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  broken,
  good,
  openTwoWays,
  outcomeOf,
  refused,
  type TestBehaviour,
  type Way,
} from './open-two-ways.ts';

/** The tests of every SDK: each call is made directly and through the gateway, and compared. */
export interface Sdk<Client, Options> {
  name: string;
  /** The current major and the one before. */
  versions: readonly [string, MakeClient<Client, Options>][];
  calls: Readonly<Record<string, Call<Client>>>;
  /** How the SDK names a model, directly or through the gateway. */
  modelAt: (way: Way, model: string) => string;
  /** Answers with an error's status, in addition to those of every provider. */
  refused: readonly TestBehaviour[];
  /** Calls whose stream ends in an error event. */
  errorEvents: readonly [string, TestBehaviour][];
  retries: { call: string; options: Options; of: readonly TestBehaviour[] };
  /** The calls whose answer is a stream, and the error of one that breaks. */
  broken: { calls: readonly string[]; error: object };
  /** The tests of this SDK alone. */
  more(trial: Trial<Client, Options>): void;
}

export type Call<Client> = (client: Client, model: string) => Promise<unknown>;
type MakeClient<Client, Options> = (way: Way, options?: Options) => Client;

/** One major of an SDK, and the two ways that its calls can go. */
export interface Trial<Client, Options> {
  clientOf(way: 'direct' | 'through'): Client;
  /** The same call directly and through the gateway, one after the other. */
  bothWays(call: Call<Client>, how: TestBehaviour, options?: Options): Promise<Both>;
  /** The outcome of a call through the gateway alone. */
  through(call: Call<Client>, model: string, options?: Options): Promise<unknown>;
}

type Attempted = Awaited<ReturnType<typeof outcomeOf>>;
type Both = Record<'direct' | 'through', Attempted>;

export function describeSdk<Client, Options>(sdk: Sdk<Client, Options>): void {
  describe.each(sdk.versions)(`${sdk.name} %s`, (_, make) => {
    let ways: Awaited<ReturnType<typeof openTwoWays>>;
    beforeAll(async () => {
      ways = await openTwoWays();
    });
    afterAll(() => ways.close());
    const attempt = (way: Way, call: Call<Client>, model: string, options?: Options) => {
      ways.rest();
      const work = () => call(make(way, options), sdk.modelAt(way, model));
      return outcomeOf(way, work);
    };
    const trial: Trial<Client, Options> = {
      clientOf: (way) => make(ways[way]),
      async bothWays(call, how, options) {
        const direct = await attempt(ways.direct, call, how, options);
        return { direct, through: await attempt(ways.through, call, how, options) };
      },
      through: async (call, model, options) =>
        (await attempt(ways.through, call, model, options)).outcome,
    };
    testAnswers(sdk, trial);
    testBreaks(sdk, trial);
    sdk.more(trial);
  });
}

function testAnswers<Client, Options>(
  sdk: Sdk<Client, Options>,
  { bothWays }: Trial<Client, Options>,
): void {
  const calls = Object.entries(sdk.calls);

  test.each(calls)('%s: the same result as directly', async (_, call) => {
    for (const how of good) {
      const { direct, through } = await bothWays(call, how);
      expect(direct.outcome, how).toHaveProperty('result');
      expect(through, how).toEqual(direct);
    }
  });

  test.each(calls)('%s: the same error as directly', async (_, call) => {
    for (const how of [...refused, ...sdk.refused]) {
      const { direct, through } = await bothWays(call, how);
      expect(direct.outcome, how).toHaveProperty('error.status', Number(/\d+/.exec(how)?.[0]));
      expect(through, how).toEqual(direct);
    }
  });

  test.each(sdk.errorEvents)(
    '%s: the same error as directly within a stream that holds %s',
    async (name, how) => {
      const { direct, through } = await bothWays(callOf(sdk, name), how);
      expect(through).toEqual(direct);
    },
  );

  test.each(sdk.retries.of)('%s is retried as often as directly', async (how) => {
    const { call, options } = sdk.retries;
    const { direct, through } = await bothWays(callOf(sdk, call), how, options);
    expect([direct.requests, through.requests]).toEqual([2, 2]);
    // The retry comes while the model still rests, and gets the gateway's own answer.
    const status = how === 'retried_429' ? 429 : 503;
    expect(through.outcome).toMatchObject({ error: { status } });
  });
}

function testBreaks<Client, Options>(
  sdk: Sdk<Client, Options>,
  { through }: Trial<Client, Options>,
): void {
  test.each(sdk.broken.calls)('%s that breaks is an error, never a success', async (name) => {
    for (const how of broken) {
      const outcome = await through(callOf(sdk, name), how);
      expect(outcome, how).toMatchObject({ error: sdk.broken.error });
      expect(JSON.stringify(outcome)).toContain('the channel broke off');
    }
  });
}

function callOf<Client, Options>({ calls }: Sdk<Client, Options>, name: string): Call<Client> {
  const call = calls[name];
  if (!call) throw new Error(`there is no call ${name}`);
  return call;
}
