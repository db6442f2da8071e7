import { firstFormOf, type RequestForm, type Route } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { protocolFor } from './protocol-for.ts';

function build(route: Route, form: Partial<RequestForm> = {}, model = 'vendor/m 1') {
  const question = { model, prompt: 'who?', anthropicVersion: '2023-06-01' };
  const whole = { ...firstFormOf(route), ...form };
  const { body, ...request } = protocolFor(route).buildRequest({ ...question, form: whole });
  return { ...request, body: JSON.parse(body ?? 'null') };
}

const messages = [{ role: 'user', content: 'who?' }];

test('chat streams with a token limit and its usage', () => {
  expect(build('chat')).toEqual({
    method: 'POST',
    path: '/v1/chat/completions',
    headers: {},
    keyHeader: null,
    body: {
      model: 'vendor/m 1',
      stream: true,
      stream_options: { include_usage: true },
      max_tokens: 16,
      messages,
    },
  });
});

test('chat in its corrected forms', () => {
  const form = { stream: false, tokenLimitField: 'max_completion_tokens' } as const;
  expect(build('chat', form).body).toEqual({
    model: 'vendor/m 1',
    stream: false,
    max_completion_tokens: 16,
    messages,
  });
  expect(build('chat', { asksStreamUsage: false }).body).not.toHaveProperty('stream_options');
});

test('an ample limit after the small one was rejected', () => {
  const form = { tokenLimit: 4096 } as const;
  expect(build('chat', form).body.max_tokens).toBe(4096);
  expect(build('anthropic', form).body.max_tokens).toBe(4096);
  expect(build('gemini', form).body.generationConfig.maxOutputTokens).toBe(4096);
});

test('responses', () => {
  expect(build('responses')).toMatchObject({
    path: '/v1/responses',
    keyHeader: null,
    body: {
      model: 'vendor/m 1',
      stream: true,
      store: false,
      max_output_tokens: 16,
      input: [{ role: 'user', content: [{ type: 'input_text', text: 'who?' }] }],
    },
  });
});

test('anthropic', () => {
  expect(build('anthropic')).toMatchObject({
    path: '/v1/messages',
    headers: { 'anthropic-version': '2023-06-01' },
    keyHeader: 'x-api-key',
    body: { model: 'vendor/m 1', stream: true, max_tokens: 16, messages },
  });
});

test('gemini escapes each segment of the model and streams at a different path', () => {
  expect(build('gemini')).toMatchObject({
    path: '/v1beta/models/vendor/m%201:streamGenerateContent?alt=sse',
    keyHeader: 'x-goog-api-key',
    body: {
      contents: [{ role: 'user', parts: [{ text: 'who?' }] }],
      generationConfig: { maxOutputTokens: 16 },
    },
  });
  const plain = { stream: false };
  expect(build('gemini', plain).path).toBe('/v1beta/models/vendor/m%201:generateContent');
  expect(build('gemini', plain, 'models/g?x#y').path).toBe(
    '/v1beta/models/g%3Fx%23y:generateContent',
  );
  expect(build('gemini', plain, 'lone\ud800').path).toContain('lone%EF%BF%BD');
});

test('embeddings', () => {
  expect(build('embeddings')).toMatchObject({
    path: '/v1/embeddings',
    body: { model: 'vendor/m 1', input: 'who?' },
  });
});

test('without a limit none is sent, except where the API requires one', () => {
  const form = { tokenLimit: null } as const;
  for (const route of ['chat', 'responses', 'gemini'] as const) {
    expect(JSON.stringify(build(route, form).body)).not.toMatch(/max\w*tokens/i);
  }
  expect(build('anthropic', form).body.max_tokens).toBe(16_384);
});

test('each route has its own field for the reasoning effort', () => {
  const form = { effort: 'minimal' } as const;
  expect(build('chat', form).body.reasoning_effort).toBe('minimal');
  expect(build('responses', form).body.reasoning).toEqual({ effort: 'minimal' });
  expect(build('gemini', form).body.generationConfig.thinkingConfig).toEqual({
    thinkingBudget: 128,
  });
});

test('what the channel demanded is sent on every route', () => {
  const demanded = { store: false, input_type: 'query', modalities: ['text', 'audio'] };
  for (const route of ['chat', 'responses', 'anthropic', 'gemini', 'embeddings'] as const) {
    expect(build(route, { demanded }).body).toMatchObject(demanded);
  }
});

test('no request sets a temperature, which newer models reject', () => {
  for (const route of ['chat', 'responses', 'anthropic', 'gemini', 'embeddings'] as const) {
    expect(JSON.stringify(build(route).body)).not.toContain('temperature');
  }
});
