import type { TokenUsage } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { emptyDraft } from './draft.ts';
import { addUsage } from './usage.ts';

type Classes = [
  input: number | null,
  output: number | null,
  cached: number | null,
  written: number | null,
  reasoning: number | null,
];

/** What is known after these reports of one answer. */
function usageOf(...holders: object[]): TokenUsage {
  return holders.reduce(addUsage, emptyDraft).usage;
}

function classesOf(usage: TokenUsage): Classes {
  return [
    ...[usage.inputTokens, usage.outputTokens],
    ...[usage.cachedInputTokens, usage.cacheWriteTokens, usage.reasoningTokens],
  ] as Classes;
}

test.each<[string, object, Classes]>([
  [
    'OpenAI chat',
    {
      ...{ prompt_tokens: 1200, completion_tokens: 300, total_tokens: 1500 },
      prompt_tokens_details: { cached_tokens: 1024, cache_write_tokens: 128, audio_tokens: 0 },
      completion_tokens_details: { reasoning_tokens: 256, accepted_prediction_tokens: 0 },
    },
    [1200, 300, 1024, 128, 256],
  ],
  [
    'OpenAI responses',
    {
      ...{ input_tokens: 1200, output_tokens: 300, total_tokens: 1500 },
      input_tokens_details: { cached_tokens: 1024, cache_write_tokens: 0 },
      output_tokens_details: { reasoning_tokens: 256 },
    },
    [1200, 300, 1024, 0, 256],
  ],
  ['OpenAI embeddings', { prompt_tokens: 8, total_tokens: 8 }, [8, null, null, null, null]],
  [
    'Anthropic, with the cache beside the input',
    {
      ...{ input_tokens: 4, output_tokens: 15 },
      ...{ cache_creation_input_tokens: 50_000, cache_read_input_tokens: 1_200 },
      cache_creation: { ephemeral_5m_input_tokens: 20_000, ephemeral_1h_input_tokens: 30_000 },
      ...{ server_tool_use: null, service_tier: 'standard' },
      output_tokens_details: { thinking_tokens: 9 },
    },
    [51_204, 15, 1_200, 50_000, 9],
  ],
  [
    'Anthropic, with only the split of what was written',
    {
      ...{ input_tokens: 4, output_tokens: 15, cache_read_input_tokens: 0 },
      cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 300 },
    },
    [504, 15, 0, 500, null],
  ],
  [
    'Anthropic without a cache',
    {
      ...{ input_tokens: 10, output_tokens: 5 },
      ...{ cache_creation_input_tokens: null, cache_read_input_tokens: null, cache_creation: null },
    },
    [10, 5, null, null, null],
  ],
  [
    'LiteLLM: an OpenAI report with Anthropic’s fields, whose input is whole',
    {
      ...{ prompt_tokens: 51_204, completion_tokens: 15, total_tokens: 51_219 },
      ...{ cache_creation_input_tokens: 50_000, cache_read_input_tokens: 1_200 },
    },
    [51_204, 15, 1_200, 50_000, null],
  ],
  [
    'a relay that leaves the cache out of the prompt tokens',
    {
      ...{ prompt_tokens: 4, completion_tokens: 15, total_tokens: 19 },
      prompt_tokens_details: { cached_tokens: 1_200, cached_creation_tokens: 50_000 },
    },
    [51_204, 15, 1_200, 50_000, null],
  ],
  [
    'a relay that has the cache in the total only',
    {
      ...{ prompt_tokens: 500, completion_tokens: 15, total_tokens: 615 },
      prompt_tokens_details: { cached_tokens: 100 },
    },
    [600, 15, 100, null, null],
  ],
  [
    'DeepSeek',
    {
      ...{ prompt_tokens: 100, completion_tokens: 40, total_tokens: 140 },
      ...{ prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
      completion_tokens_details: { reasoning_tokens: 30 },
    },
    [100, 40, 64, null, 30],
  ],
  [
    'DeepSeek without the sum',
    { completion_tokens: 40, prompt_cache_hit_tokens: 64, prompt_cache_miss_tokens: 36 },
    [100, 40, 64, null, null],
  ],
  [
    'Moonshot',
    { prompt_tokens: 100, completion_tokens: 4, total_tokens: 104, cached_tokens: 90 },
    [100, 4, 90, null, null],
  ],
  [
    'xAI, with reasoning beside the completion',
    {
      ...{ prompt_tokens: 12, completion_tokens: 9, total_tokens: 332 },
      completion_tokens_details: { reasoning_tokens: 311 },
    },
    [12, 320, null, null, 311],
  ],
  [
    'Google’s OpenAI format, whose thoughts are in the total only',
    { prompt_tokens: 10, completion_tokens: 20, total_tokens: 1530 },
    [10, 1520, null, null, 1500],
  ],
  [
    'Gemini with thoughts, a cache and tools',
    {
      ...{ promptTokenCount: 1000, cachedContentTokenCount: 800, toolUsePromptTokenCount: 50 },
      ...{ candidatesTokenCount: 20, thoughtsTokenCount: 1500, totalTokenCount: 2570 },
    },
    [1050, 1520, 800, null, 1500],
  ],
  [
    'Gemini with the thoughts in the total only',
    { promptTokenCount: 10, candidatesTokenCount: 20, totalTokenCount: 1530 },
    [10, 1520, null, null, 1500],
  ],
  [
    'Gemini with a thought alone',
    { promptTokenCount: 10, thoughtsTokenCount: 64, totalTokenCount: 74 },
    [10, 64, null, null, 64],
  ],
  [
    'Gemini without a total',
    { promptTokenCount: 10, candidatesTokenCount: 20, thoughtsTokenCount: 1500 },
    [10, 1520, null, null, 1500],
  ],
  [
    'a relay that counts the thoughts among the candidates',
    {
      ...{ promptTokenCount: 10, candidatesTokenCount: 1520 },
      ...{ thoughtsTokenCount: 1500, totalTokenCount: 1530 },
    },
    [10, 1520, null, null, 1500],
  ],
  [
    'counts that no answer can have',
    { prompt_tokens: 9e15, completion_tokens: -1, total_tokens: '12' },
    [null, null, null, null, null],
  ],
])('%s', (_, report, classes) => {
  const name = Object.keys(report).some((key) => key.endsWith('Count')) ? 'usageMetadata' : 'usage';
  expect(classesOf(usageOf({ [name]: report }))).toEqual(classes);
});

const written = { cache_creation_input_tokens: 51_200, cache_read_input_tokens: 0 };

test.each<[string, object[], Classes]>([
  [
    'Anthropic reports the input at the start, and the output at the end',
    [{ input_tokens: 4, output_tokens: 1, ...written }, { output_tokens: 15 }],
    [51_204, 15, 0, 51_200, null],
  ],
  [
    'or both at the end again, as sums that have grown',
    [
      { input_tokens: 4, output_tokens: 1, ...written },
      { input_tokens: 9, output_tokens: 15, ...written },
    ],
    [51_209, 15, 0, 51_200, null],
  ],
  [
    'a relay starts with zeros',
    [
      { input_tokens: 0, output_tokens: 0 },
      { input_tokens: 4, output_tokens: 15, ...written },
    ],
    [51_204, 15, 0, 51_200, null],
  ],
  [
    'or ends with them',
    [
      { input_tokens: 4, output_tokens: 15, ...written },
      { input_tokens: 0, output_tokens: 0, cache_read_input_tokens: 0 },
    ],
    [51_204, 15, 0, 51_200, null],
  ],
  [
    'or repeats the input at the end without the cache',
    [
      { input_tokens: 4, output_tokens: 1, ...written },
      { input_tokens: 4, output_tokens: 15 },
    ],
    [51_204, 15, 0, 51_200, null],
  ],
  [
    'what was counted as input at the start is called cached at the end, and counts once',
    [
      { input_tokens: 100, output_tokens: 0 },
      { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 15 },
    ],
    [100, 15, 90, null, null],
  ],
  [
    'vLLM reports after each token',
    [1, 2, 3].map((n) => ({ prompt_tokens: 5, completion_tokens: n, total_tokens: 5 + n })),
    [5, 3, null, null, null],
  ],
])('%s', (_, reports, classes) => {
  expect(classesOf(usageOf(...reports.map((usage) => ({ usage }))))).toEqual(classes);
});

test('Gemini’s stream may report thoughts before the answer only', () => {
  const reports = [
    { promptTokenCount: 10, thoughtsTokenCount: 700, totalTokenCount: 710 },
    { promptTokenCount: 10, thoughtsTokenCount: 1500, totalTokenCount: 1510 },
    { promptTokenCount: 10, candidatesTokenCount: 20 },
  ];
  const usage = usageOf(...reports.map((usageMetadata) => ({ usageMetadata })));
  expect(classesOf(usage)).toEqual([10, 1520, null, null, 1500]);
});

test('Groq and Moonshot report a stream’s usage in places of their own', () => {
  const usage = { prompt_tokens: 5, completion_tokens: 3, total_tokens: 8 };
  expect(classesOf(usageOf({ x_groq: { usage } }))).toEqual([5, 3, null, null, null]);
  expect(classesOf(usageOf({ choices: [{ usage }] }))).toEqual([5, 3, null, null, null]);
});

test('a count that no answer can have isn’t believed, so that it uses up no key’s limit', () => {
  const counts = (output: number) =>
    usageOf({ usage: { prompt_tokens: 10, completion_tokens: output } }).outputTokens;
  expect(counts(10_000_000)).toBe(10_000_000);
  expect(counts(10_000_001)).toBeNull();
  expect(counts(1e12)).toBeNull();
});

type Media = Partial<TokenUsage>;

test.each<[string, object, Media]>([
  [
    'OpenAI chat with sound',
    {
      ...{ prompt_tokens: 300, completion_tokens: 120, total_tokens: 420 },
      prompt_tokens_details: { cached_tokens: 0, audio_tokens: 250 },
      completion_tokens_details: { reasoning_tokens: 0, audio_tokens: 90 },
    },
    { inputTokens: 300, audioInputTokens: 250, outputTokens: 120, audioOutputTokens: 90 },
  ],
  [
    'OpenAI’s live sessions, whose cached sound isn’t charged as sound',
    {
      ...{ total_tokens: 253, input_tokens: 132, output_tokens: 121 },
      input_token_details: {
        ...{ text_tokens: 119, audio_tokens: 13, image_tokens: 0, cached_tokens: 64 },
        cached_tokens_details: { text_tokens: 54, audio_tokens: 10, image_tokens: 0 },
      },
      output_token_details: { text_tokens: 30, audio_tokens: 91 },
    },
    {
      ...{ inputTokens: 132, cachedInputTokens: 64, audioInputTokens: 3 },
      ...{ outputTokens: 121, audioOutputTokens: 91 },
    },
  ],
  [
    'OpenAI’s transcriptions',
    {
      ...{ type: 'tokens', input_tokens: 14, output_tokens: 45, total_tokens: 59 },
      input_token_details: { text_tokens: 2, audio_tokens: 12 },
    },
    { inputTokens: 14, audioInputTokens: 12, outputTokens: 45 },
  ],
  [
    'OpenAI’s transcriptions by their length, which aren’t tokens',
    { type: 'duration', seconds: 9 },
    { inputTokens: null, outputTokens: null },
  ],
  [
    'OpenAI’s pictures',
    {
      ...{ total_tokens: 1100, input_tokens: 50, output_tokens: 1050 },
      input_tokens_details: { text_tokens: 10, image_tokens: 40 },
      output_tokens_details: { image_tokens: 1050, text_tokens: 0 },
    },
    {
      ...{ inputTokens: 50, imageInputTokens: 40 },
      ...{ outputTokens: 1050, imageOutputTokens: 1050 },
    },
  ],
  [
    'Anthropic’s writes that stay for an hour',
    {
      ...{ input_tokens: 4, output_tokens: 15, cache_creation_input_tokens: 50_000 },
      cache_creation: { ephemeral_5m_input_tokens: 20_000, ephemeral_1h_input_tokens: 30_000 },
    },
    { inputTokens: 50_004, cacheWriteTokens: 50_000, cacheWrite1hTokens: 30_000 },
  ],
  [
    'OpenRouter’s cost',
    {
      ...{ prompt_tokens: 194, completion_tokens: 2, total_tokens: 196, cost: 0.95 },
      cost_details: { upstream_inference_cost: 19 },
      prompt_tokens_details: { cached_tokens: 0, cache_write_tokens: 100, audio_tokens: 0 },
    },
    { inputTokens: 194, cacheWriteTokens: 100, audioInputTokens: 0, reportedCost: 0.95 },
  ],
  ['a cost that nothing costs', { prompt_tokens: 1, cost: 1e9 }, { reportedCost: null }],
  ['a cost that isn’t a number', { prompt_tokens: 1, cost: '0.1' }, { reportedCost: null }],
  [
    'Gemini’s kinds of input and output',
    {
      ...{ promptTokenCount: 1000, cachedContentTokenCount: 300, candidatesTokenCount: 1300 },
      totalTokenCount: 2300,
      promptTokensDetails: [
        { modality: 'TEXT', tokenCount: 400 },
        { modality: 'AUDIO', tokenCount: 500 },
        { modality: 'IMAGE', tokenCount: 100 },
      ],
      cacheTokensDetails: [{ modality: 'AUDIO', tokenCount: 200 }],
      candidatesTokensDetails: [
        { modality: 'IMAGE', tokenCount: 1290 },
        { modality: 'TEXT', tokenCount: 10 },
      ],
    },
    {
      ...{ inputTokens: 1000, cachedInputTokens: 300, audioInputTokens: 300 },
      ...{ imageInputTokens: 100, outputTokens: 1300, imageOutputTokens: 1290 },
      audioOutputTokens: null,
    },
  ],
])('%s', (_, report, expected) => {
  const name = Object.keys(report).some((key) => key.endsWith('Count')) ? 'usageMetadata' : 'usage';
  expect(usageOf({ [name]: report })).toMatchObject(expected);
});

test('of the reports of a stream, the classes of sound and pictures are kept', () => {
  const first = { prompt_tokens: 9, prompt_tokens_details: { audio_tokens: 5 }, cost: 0.1 };
  const last = {
    prompt_tokens: 9,
    completion_tokens: 4,
    completion_tokens_details: { audio_tokens: 3 },
  };
  const usage = usageOf({ usage: first }, { usage: { ...last, cost: 0.2 } }, { usage: last });
  expect(usage).toMatchObject({
    ...{ inputTokens: 9, audioInputTokens: 5, outputTokens: 4, audioOutputTokens: 3 },
    reportedCost: 0.2,
  });
});
