import { describe, expect } from 'vitest';
import { type Answer, good, goodOn, json, listOf, relay } from './channel-server.ts';
import { bodyFor, channelKey, test } from './field-test.ts';

// How relays list their models. The sources are public reports of what clients met.

/** Two pages of Anthropic's list; also served by relays (experientiallabs/experiential#1055). */
const pagedByAfterId: Answer = (call, response) => {
  const isSecond = call.query.get('after_id') === 'page-a';
  const id = isSecond ? 'page-b' : 'page-a';
  return json(200, { data: [{ type: 'model', id }], has_more: !isSecond, last_id: id })(
    call,
    response,
  );
};

/** Two pages of Gemini's list. */
const pagedByToken: Answer = (call, response) => {
  const isSecond = call.query.get('pageToken') === 'second';
  const models = [{ name: isSecond ? 'models/page-b' : 'models/page-a' }];
  return json(200, isSecond ? { models } : { models, nextPageToken: 'second' })(call, response);
};

/** Anthropic's own list refuses a bearer (farion1231/cc-switch#3738, open-webui/open-webui#23319). */
const anthropicKeyOnly =
  (answer: Answer): Answer =>
  (call, response) => {
    const { 'x-api-key': key, 'anthropic-version': version } = call.headers;
    const refusal = (type: string, message: string) => ({
      type: 'error',
      error: { type, message },
    });
    if (key !== channelKey) {
      return json(401, refusal('authentication_error', 'Invalid bearer token'))(call, response);
    }
    const complaint = refusal('invalid_request_error', 'anthropic-version: header is required');
    return version ? answer(call, response) : json(400, complaint)(call, response);
  };

describe.concurrent('a channel is listed, and its models are asked', () => {
  test('page after page by after_id', async ({ field }) => {
    const { found } = await field.open(relay([], { '/v1/models': pagedByAfterId, chat: good }));
    expect(found()).toEqual({ 'page-a': 'alive', 'page-b': 'alive' });
  });

  test("page after page by Gemini's tokens", async ({ field }) => {
    const { found } = await field.open(
      relay([], {
        '/v1beta/models': pagedByToken,
        chat: good,
        '/v1/models': json(404, { error: { message: 'no such path' } }),
      }),
    );
    expect(Object.values(found())).toEqual(['alive', 'alive']);
  });

  test('if a page leads to itself', async ({ field }) => {
    const loop = listOf(['m-loop'], { has_more: true, last_id: 'm-loop' });
    const { found } = await field.open(relay([], { '/v1/models': loop, chat: good }));
    expect(found()).toEqual({ 'm-loop': 'alive' });
  });

  test("with Anthropic's headers", async ({ field }) => {
    const answer = relay(['claude-native-1'], { anthropic: good });
    expect((await field.open(anthropicKeyOnly(answer))).found()).toEqual({
      'claude-native-1': 'alive',
    });
  });

  // QuantumNous/new-api#853, lidge-jun/opencodex#289
  test.for(['/api/paas/v4', '/api/v3', '/v1beta/openai', '/compatible-mode/v1'])(
    'below the version of its address, %s',
    async (base, { field }) => {
      const answer = relay([], {
        [`${base}/models`]: listOf(['glm-x']),
        [`${base}/chat/completions`]: goodOn('chat'),
      });
      const { found, name } = await field.open(answer, { base });
      expect(found()).toEqual({ 'glm-x': 'alive' });
      const got = await field.ask('/v1/chat/completions', bodyFor.chat(`${name}/glm-x`));
      expect(got.status).toBe(200);
    },
  );

  test.for<[string, object]>([
    ['a bare array of ids', ['m-shape']],
    ['a bare array of objects', [{ id: 'm-shape' }]],
    ['objects with a model', { data: [{ model: 'm-shape' }] }],
    ['objects with a name below models', { models: [{ name: 'm-shape' }] }],
  ])('written as %s', async ([, list], { field }) => {
    const { found } = await field.open(relay([], { '/v1/models': json(200, list), chat: good }));
    expect(found()).toEqual({ 'm-shape': 'alive' });
  });

  test('if only the models typed by hand are known', async ({ field }) => {
    const answer = relay([], { '/v1/models': json(404, { error: 'not here' }), chat: good });
    const channel = await field.open(answer, { models: ['by-hand'], models_mode: 'both' });
    expect([channel.found(), channel.error]).toEqual([
      { 'by-hand': 'alive' },
      expect.stringContaining('model list: HTTP 404'),
    ]);
  });
});

describe.concurrent('a list that changes', () => {
  const changing =
    (before: string[], after: string[]): Answer =>
    (call, response) =>
      relay(call.isLive ? after : before, { chat: good })(call, response);

  test('says which selected model it no longer has', async ({ field }) => {
    const answer = changing(['m-kept', 'm-lost'], ['m-kept']);
    const channel = await field.open(answer, { selected_models: ['m-lost'] });
    await channel.run();
    expect(channel.error).toContain('the list no longer has the model');
    const got = await field.ask('/v1/chat/completions', bodyFor.chat(`${channel.name}/m-lost`));
    expect(got.status).not.toBe(200);
  });

  test('says so if it is empty, and asks the known models all the same', async ({ field }) => {
    const channel = await field.open(changing(['m-1', 'm-2'], []));
    await channel.run();
    expect([channel.status, channel.error]).toEqual([
      ...['healthy', 'model list: it is empty, although it had 2 models'],
    ]);
  });

  test('has a new model asked', async ({ field }) => {
    const channel = await field.open(changing(['m-old'], ['m-old', 'm-new']));
    await channel.run();
    expect(channel.found()).toEqual({ 'm-old': 'alive', 'm-new': 'alive' });
  });
});

describe.concurrent('a list that fails', () => {
  const failing = (list: Answer, chat: Answer) => {
    const models = ['m-1', 'm-2'];
    const answer = relay(models, {
      chat: (call, response) => (call.isLive ? chat : good)(call, response),
    });
    const failed: Answer = (call, response) =>
      (call.isLive && call.path === '/v1/models' ? list : answer)(call, response);
    return failed;
  };
  const revoked = json(401, { error: { message: 'Invalid API key', code: 'invalid_api_key' } });

  test('leaves the models that are known, and they are asked', async ({ field }) => {
    const channel = await field.open(failing(json(502, { error: 'bad gateway' }), good));
    await channel.run();
    expect(channel.found()).toEqual({ 'm-1': 'alive', 'm-2': 'alive' });
    expect(channel.error).toContain('model list: HTTP 502');
  });

  test('by a revoked key withdraws all models after one was asked', async ({ field }) => {
    const channel = await field.open(failing(revoked, revoked));
    const before = channel.calls.length;
    await channel.run();
    expect(channel.found()).toEqual({ 'm-1': 'auth', 'm-2': 'auth' });
    expect(channel.calls.slice(before).filter(({ method }) => method === 'POST')).toHaveLength(1);
    const got = await field.ask('/v1/chat/completions', bodyFor.chat(`${channel.name}/m-1`));
    expect(got.status).not.toBe(200);
  });

  test('by a guard on lists alone leaves the models alive', async ({ field }) => {
    const channel = await field.open(failing(revoked, good));
    await channel.run();
    expect(channel.found()).toEqual({ 'm-1': 'alive', 'm-2': 'alive' });
  });
});
