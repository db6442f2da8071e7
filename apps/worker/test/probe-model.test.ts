import { firstFormOf, targetDefaults } from '@api-monitor/core';
import { answerTo, type BehaviourName, type TestCertificate } from '@api-monitor/fake-provider';
import { afterEach, describe, expect, test } from 'vitest';
import { type Probing, probingKey, probingNowS, startProbing } from './start-probing.ts';

let probing: Probing;
afterEach(() => probing.close());

async function start(model: string, behaviour: BehaviourName = 'good') {
  probing = await startProbing({ [model]: behaviour });
  return probing;
}

/** The requests that the provider received, one line each. */
function asked(): string[] {
  return probing.provider.requests.map(({ url, body }) => {
    const form = ['stream', 'stream_options', 'max_tokens', 'max_completion_tokens'];
    const fields = form.filter((name) => name in body && body[name] !== false);
    return [url, ...fields].join(' ');
  });
}

const chat = '/v1/chat/completions';

describe('a request that is rejected for its form is corrected', () => {
  test.each<[BehaviourName, string, string[]]>([
    [
      'wants_max_completion_tokens',
      'gpt-5-mini',
      [
        `${chat} stream stream_options max_tokens`,
        `${chat} stream stream_options max_completion_tokens`,
      ],
    ],
    [
      'refuses_stream_options',
      'm',
      [`${chat} stream stream_options max_tokens`, `${chat} stream max_tokens`],
    ],
    ['refuses_stream', 'm', [`${chat} stream stream_options max_tokens`, `${chat} max_tokens`]],
    [
      'several_demands',
      'm',
      [
        `${chat} stream stream_options max_tokens`,
        `${chat} stream stream_options max_completion_tokens`,
        `${chat} stream max_completion_tokens`,
        `${chat} max_completion_tokens`,
      ],
    ],
    ['stream_without_end', 'gpt-5.1', ['/v1/responses stream', '/v1/responses']],
    [
      'gemini_without_streaming',
      'gemini-pro',
      [
        '/v1beta/models/gemini-pro:streamGenerateContent?alt=sse',
        '/v1beta/models/gemini-pro:generateContent',
      ],
    ],
    [
      'only_responses',
      'claude-x',
      [
        '/v1/messages stream max_tokens',
        `${chat} stream stream_options max_tokens`,
        '/v1/responses stream',
      ],
    ],
  ])('%s', async (behaviour, model, requests) => {
    const { probe } = await start(model, behaviour);
    const { probe: result } = await probe(model);
    expect(asked()).toEqual(requests);
    expect(result).toMatchObject({ success: true, error: null });
  });

  test('a required stream is requested', async () => {
    const { probe } = await start('m', 'wants_stream');
    const form = { ...firstFormOf('chat'), stream: false, learned_at: probingNowS };
    const remembered = { route: null, forms: { chat: form } };
    const { probe: result, remembered: kept } = await probe('m', { remembered });
    expect(asked()).toEqual([`${chat} max_tokens`, `${chat} stream stream_options max_tokens`]);
    expect(result).toMatchObject({ success: true, stream: true });
    expect(kept).toBeNull();
  });
});

describe('another error is not retried', () => {
  test.each<BehaviourName>([
    'http_400',
    'http_401',
    'http_402',
    'http_403',
    'http_404_model',
    'http_429',
    'http_500',
    'http_503',
    'error_object',
    'page_200',
    'empty_body',
    'reset_before_headers',
    'over_4_mib',
  ])('%s', async (behaviour) => {
    const { probe, provider } = await start('claude-x', behaviour);
    expect((await probe('claude-x')).probe.success).toBe(false);
    expect(provider.received()).toBe(1);
  });
});

describe('the form that worked is remembered', () => {
  test('the next probe uses the other route at once', async () => {
    const { probe, provider } = await start('claude-x', 'only_chat');
    const first = await probe('claude-x');
    expect(first.probe).toMatchObject({ route: 'chat', protocol: 'openai', endpoint: chat });
    const second = await probe('claude-x', {
      remembered: JSON.parse(JSON.stringify(first.remembered)),
    });
    expect(second.probe).toMatchObject({ success: true, route: 'chat' });
    expect(second.remembered).toEqual(first.remembered);
    expect(provider.received()).toBe(3);
  });

  test.each<BehaviourName>(['http_500', 'http_429', 'http_401', 'reset_before_headers'])(
    "an error that doesn't depend on the form forgets nothing: %s",
    async (behaviour) => {
      const { probe, provider } = await start('claude-x', 'only_chat');
      const { remembered } = await probe('claude-x');
      provider.setBehaviour('claude-x', behaviour);
      expect(await probe('claude-x', { remembered })).toMatchObject({
        probe: { success: false, route: 'chat' },
        remembered,
      });
    },
  );

  test.each<BehaviourName>(['http_400', 'no_route', 'no_text', 'page_200'])(
    'a form that no longer works is forgotten: %s',
    async (behaviour) => {
      const { probe, provider } = await start('claude-x', 'only_chat');
      const { remembered } = await probe('claude-x');
      expect(remembered).not.toBeNull();
      provider.setBehaviour('claude-x', behaviour);
      expect(await probe('claude-x', { remembered })).toMatchObject({
        probe: { success: false },
        remembered: null,
      });
    },
  );

  test('after a day the usual form is tried again', async () => {
    const { probe, provider } = await start('claude-x', 'only_chat');
    const { remembered } = await probe('claude-x');
    provider.setBehaviour('claude-x', 'good');
    const later = await probe('claude-x', { remembered, nowS: () => probingNowS + 86_401 });
    expect(later).toMatchObject({ probe: { route: 'anthropic' }, remembered: null });
  });

  test('what the database contains is checked', async () => {
    const { probe } = await start('m');
    for (const remembered of ['junk', 7, { route: 'chat' }, [], { route: 'moon', stream: 1 }]) {
      expect((await probe('m', { remembered })).probe.success).toBe(true);
    }
  });
});

describe('the row says', () => {
  test('which path was rejected if all were', async () => {
    const { probe } = await start('gemini-x', 'no_route');
    const { probe: result } = await probe('gemini-x');
    expect(result).toMatchObject({
      route: 'gemini',
      protocol: 'gemini',
      endpoint: '/v1beta/models/gemini-x:streamGenerateContent?alt=sse',
      error_kind: 'not_found',
    });
    expect(asked()).toHaveLength(5);
  });

  test('what the route that answered said, after another was rejected', async () => {
    const { probe } = await start('claude-x', 'only_chat_and_limited');
    const { probe: result } = await probe('claude-x');
    expect(result).toMatchObject({ route: 'chat', status_code: 429, error_kind: 'rate_limit' });
  });

  test('when the first token arrived and how fast the others did', async () => {
    const { probe } = await start('m', 'paced');
    const { probe: result } = await probe('m');
    const { first_token_s, duration, output_tokens_per_s } = result;
    expect(result.output_tokens).toBe(12);
    expect(first_token_s).toBeGreaterThan(0.04);
    expect(first_token_s).toBeLessThan(duration);
    const expected = 11 / (duration - (first_token_s ?? 0));
    expect(output_tokens_per_s).toBeCloseTo(expected, 1);
  });

  test('neither if nothing was streamed', async () => {
    const { probe } = await start('m', 'json_instead_of_stream');
    const { probe: result } = await probe('m');
    expect(result).toMatchObject({ first_token_s: null, output_tokens_per_s: null, stream: true });
  });

  test('that a model was skipped, and nothing was sent', async () => {
    const { probe, provider } = await start('whisper-1');
    const { probe: result, remembered } = await probe('whisper-1');
    expect(result).toMatchObject({
      success: false,
      transport_success: false,
      error_kind: 'skipped',
      error: 'skipped: a transcription model, not a chat model',
      timestamp: probingNowS,
    });
    expect(remembered).toBeNull();
    expect(provider.received()).toBe(0);
  });
});

test('a question of its own is kept with the answer, and so is whether the answer is right', async () => {
  const { probe, provider } = await start('m');
  const target = { ...targetDefaults, timeout_s: 10 };
  const { probe: wrong } = await probe('m', { target });
  const sent = JSON.stringify(provider.requests[0]?.body);
  expect(sent).toContain(JSON.stringify(wrong.question).slice(1, -1));
  expect(wrong).toMatchObject({ success: true, is_wrong_answer: true });
  provider.setBehaviour('m', ({ body }, response) => {
    const content = answerTo(body);
    const choices = [{ message: { role: 'assistant', content }, finish_reason: 'stop' }];
    response.end(JSON.stringify({ choices }));
  });
  const { probe: right } = await probe('m', { target });
  expect(right).toMatchObject({ success: true, is_wrong_answer: false });
  const { probe: ownPrompt } = await probe('m');
  expect(ownPrompt).toMatchObject({ question: null, is_wrong_answer: false });
});

test('one timeout applies to all requests of a probe together', async () => {
  const { probe, provider } = await start('m', 'refuses_stream');
  provider.setBehaviour('m', async (ask, response) => {
    if (!ask.isStream) return;
    await new Promise((go) => setTimeout(go, 600));
    response.writeHead(400).end('streaming is not supported');
  });
  const target = { prompt: 'x', anthropic_version: '2023-06-01', timeout_s: 2 };
  const { probe: result } = await probe('m', { target });
  expect(result.error).toBe('timed out after 2 s');
  expect(result.duration).toBeLessThan(2);
  expect(provider.received()).toBe(2);
});

test('an aborted probe throws the reason and ends its request', async () => {
  const { probe, provider } = await start('m', 'hang_before_headers');
  const controller = new AbortController();
  provider.setBehaviour('m', () => controller.abort(new Error('shutting down')));
  await expect(probe('m', { signal: controller.signal })).rejects.toThrow('shutting down');
});

test('a request on a connection that the server has closed is sent again on a new one', async () => {
  const { probe } = await start('m', 'closes_used_connection');
  for (let count = 0; count < 5; count += 1) {
    expect((await probe('m')).probe).toMatchObject({ success: true, error: null });
  }
});

describe('without an answer', () => {
  test.each<[string, (origin: string) => string, object]>([
    [
      'nothing listens',
      () => 'http://127.0.0.1:1',
      { error: 'connection refused', error_kind: 'network' },
    ],
    [
      'the host has no TLS',
      (origin) => origin.replace('http:', 'https:'),
      { error: 'TLS handshake failed', error_kind: 'tls' },
    ],
    [
      'the address is never allowed',
      () => 'http://169.254.169.254',
      { error: expect.stringContaining('169.254.169.254'), error_kind: 'network' },
    ],
  ])('%s', async (_, baseUrl, finding) => {
    const { probe, upstreamTarget } = await start('m');
    const elsewhere = { ...upstreamTarget, baseUrl: baseUrl(upstreamTarget.baseUrl) };
    expect((await probe('m', { upstreamTarget: elsewhere })).probe).toMatchObject({
      ...finding,
      success: false,
      transport_success: false,
      status_code: null,
    });
  });
});

describe('an untrusted certificate', () => {
  test.each<[TestCertificate, string]>([
    ['self_signed', 'self-signed certificate'],
    ['expired', 'certificate expired'],
  ])('%s is an error, unless the channel does not verify certificates', async (name, error) => {
    probing = await startProbing({ m: 'good' }, name);
    const { probe, upstreamTarget, provider } = probing;
    expect((await probe('m')).probe).toMatchObject({
      success: false,
      transport_success: false,
      status_code: null,
      error,
      error_kind: 'tls',
    });
    expect(provider.received()).toBe(0);
    const trusting = { ...upstreamTarget, id: 2, verifySsl: false };
    expect((await probe('m', { upstreamTarget: trusting })).probe.success).toBe(true);
    expect((await probe('m')).probe.error).toBe(error);
  });
});

describe('the key is not sent to another origin', () => {
  test.each<BehaviourName>(['redirect_cross_origin', 'redirect_302_cross_origin'])(
    '%s',
    async (behaviour) => {
      const { probe, provider } = await start('gemini-x', behaviour);
      expect((await probe('gemini-x')).probe.success).toBe(false);
      expect(provider.requests.map(({ headers }) => headers.host)).toEqual([
        new URL(provider.origin).host,
      ]);
    },
  );

  test('within the origin, a redirect carries the key in both headers', async () => {
    const { probe, provider } = await start('claude-x', 'redirect_same_origin');
    expect((await probe('claude-x')).probe.success).toBe(true);
    expect(provider.requests).toHaveLength(2);
    for (const { headers } of provider.requests) {
      expect(headers).toMatchObject({
        authorization: `Bearer ${probingKey}`,
        'x-api-key': probingKey,
        'anthropic-version': '2023-06-01',
      });
    }
  });
});

test('a model with slashes and special characters reaches the provider unchanged', async () => {
  const model = 'google/gemini-2.5 pro+x?/é';
  const { probe, provider } = await start(model);
  const { probe: result } = await probe(model);
  expect(result).toMatchObject({ success: true, content: `I am ${model}.` });
  expect(provider.requests[0]?.model).toBe(model);
});

describe('a channel that is set to deviate', () => {
  const at = (paths: string[]) => ({ upstreamTarget: { ...probing.upstreamTarget, paths } });

  test('is asked on its own path', async () => {
    await start('claude-4');
    const { probe } = await probing.probe('claude-4', at(['anthropic = /v1/messages?own={model}']));
    expect([probe.success, probe.route]).toEqual([true, 'anthropic']);
    expect(probing.provider.requests.map(({ url }) => url)).toEqual(['/v1/messages?own=claude-4']);
  });

  test('is never asked on a route that it doesn’t serve, whatever was learnt', async () => {
    await start('claude-4', 'good');
    const remembered = {
      route: { route: 'responses', learned_at: probingNowS - 5 },
      forms: { responses: { ...firstFormOf('responses'), learned_at: probingNowS - 5 } },
    };
    const set = at(['anthropic = none', 'responses = none']);
    const { probe } = await probing.probe('claude-4', { ...set, remembered, route: 'responses' });
    expect([probe.success, probe.route]).toEqual([true, 'chat']);
    expect(asked()).toHaveLength(1);
  });

  test('isn’t asked at all if it serves none of the routes', async () => {
    await start('m');
    const routes = ['chat', 'responses', 'anthropic', 'gemini'];
    const { probe, findings } = await probing.probe('m', at(routes.map((one) => `${one} = none`)));
    expect([probe.error_kind, probe.error]).toEqual(['skipped', 'skipped: set not to be served']);
    expect([findings, asked()]).toEqual([[], []]);
  });
});
