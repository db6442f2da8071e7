import { expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { type ChannelTestResult, testLines } from './test-lines.ts';

const answered: NonNullable<ChannelTestResult['probe']> = {
  ...{ protocol: 'openai', model: 'gpt-4o-mini', route: 'chat', endpoint: '/v1/chat/completions' },
  ...{ stream: true, duration: 1.24, success: true, transport_success: true, status_code: 200 },
  ...{ tool_calls_count: 0, content: '17', error: null, error_kind: null, first_token_s: 0.4 },
  ...{ input_tokens: 20, output_tokens: 2, requests: 1, question: 'What is 8 + 9?' },
  is_wrong_answer: false,
};
const listed: ChannelTestResult['list'] = {
  ...{ models: ['gpt-4o', 'gpt-4o-mini'], way: 'openai', duration: 0.42, notes: [] },
};
const refused = { code: 'list_failed', kind: 'auth', status: 401, message: 'bad key' } as const;
const failed = { success: false, error_kind: 'auth', status_code: 401, error: 'bad key' } as const;

const textsOf = (
  list: ChannelTestResult['list'],
  probe: ChannelTestResult['probe'],
  language: 'en' | 'zh' = 'en',
) => {
  const lines = testLines({ list, probe }, translatorFor(language));
  return lines.map(({ tone, text, words }) => `${tone}: ${[text, words].join(' ').trim()}`);
};

it('says how the list was read, and how fast the model answered', () => {
  expect(textsOf(listed, answered)).toEqual([
    'ok: 2 models listed in 420 ms, as OpenAI does it.',
    'ok: gpt-4o-mini answered in 1.24 s.',
  ]);
  expect(textsOf(listed, answered, 'zh')).toEqual([
    'ok: 420 ms 内列出 2 个模型，OpenAI 格式。',
    'ok: gpt-4o-mini 在 1.24 s 内回答。',
  ]);
});

it('says why there is no list or no answer, with the words of the channel', () => {
  const none = { ...listed, models: null, way: null, notes: [refused] };
  expect(textsOf(none, { ...answered, ...failed })).toEqual([
    'bad: No list of models: Key refused (401) (420 ms). bad key',
    'bad: gpt-4o-mini: Key refused (401) (1.24 s). bad key',
  ]);
  const missing = { ...none, notes: [{ ...refused, kind: 'not_found' as const, status: 404 }] };
  expect(textsOf(missing, null)).toEqual([
    'warn: No list of models: Not found (404) (420 ms). bad key',
    'idle: No model was asked: there is none that checks would ask.',
  ]);
});

it('says that an answer is wrong, and that a model was not asked', () => {
  expect(textsOf(null, { ...answered, is_wrong_answer: true, content: 'Hello!' })).toEqual([
    'idle: The channel’s list isn’t asked for: the models are typed by hand.',
    'warn: gpt-4o-mini answered in 1.24 s, but not what was asked: Hello!',
  ]);
  const skipped = { ...answered, success: false, error_kind: 'skipped' as const };
  expect(textsOf({ ...listed, models: [] }, { ...skipped, model: 'dall-e-3' })).toEqual([
    'warn: 0 models listed in 420 ms, as OpenAI does it.',
    'idle: dall-e-3 can’t be asked: it isn’t a chat model.',
  ]);
});
