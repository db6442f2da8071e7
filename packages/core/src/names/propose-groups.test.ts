import { describe, expect, test } from 'vitest';
import { cpuMsOf, slowness } from '../../test/pace.ts';
import { createAliasIndex } from './alias-group.ts';
import { familyOf } from './model-family.ts';
import { proposeGroups } from './propose-groups.ts';

const channelsOf = (names: readonly string[]) => new Map(names.map((name) => [name, 1]));
const proposed = (...names: string[]) => proposeGroups({ channels: channelsOf(names) });
const groupsOf = (...names: string[]) =>
  proposed(...names).map(({ name, ids }) => [name, ...ids].sort());

/** Names as relays list them, and the plain one that they mean. */
const oneModel: [string, string[]][] = [
  [
    'claude-sonnet-4-5',
    [
      ...['claude-sonnet-4-5-20250929', 'anthropic/claude-sonnet-4.5', 'claude-sonnet-4.5'],
      ...['claude-4.5-sonnet', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
      ...['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'claude-sonnet-4-5@20250929'],
      ...[
        'openrouter/anthropic/claude-sonnet-4.5',
        'Claude-Sonnet-4.5',
        'claude-sonnet-4-5-latest',
      ],
    ],
  ],
  ['claude-3-opus', ['claude-3-opus-20240229', 'claude-3-opus-latest', 'anthropic/claude-3-opus']],
  ['claude-haiku-4-5', ['claude-haiku-4-5-20251001', 'anthropic/claude-haiku-4.5']],
  ['claude-opus-4-1', ['claude-opus-4-1-20250805', 'anthropic/claude-opus-4.1']],
  ['gpt-4o', ['openai/gpt-4o', 'gpt-4o-2024-08-06', 'azure/gpt-4o', 'GPT-4o']],
  ['gpt-4o-mini', ['openai/gpt-4o-mini', 'gpt-4o-mini-2024-07-18']],
  ['gpt-4.1', ['openai/gpt-4.1', 'gpt-4.1-2025-04-14', 'gpt-4-1']],
  ['gpt-5', ['openai/gpt-5', 'gpt-5-2025-08-07']],
  ['o3-mini', ['openai/o3-mini', 'o3-mini-2025-01-31']],
  ['gemini-2.5-pro', ['google/gemini-2.5-pro', 'models/gemini-2.5-pro', 'gemini/gemini-2.5-pro']],
  [
    'gemini-2.5-flash',
    ['google/gemini-2.5-flash', 'gemini-2-5-flash', 'vertex_ai/gemini-2.5-flash'],
  ],
  ['deepseek-v3', ['deepseek-ai/DeepSeek-V3', 'DeepSeek-V3', 'deepseek/deepseek-v3']],
  ['deepseek-r1', ['deepseek-ai/DeepSeek-R1', 'deepseek/deepseek-r1', 'DeepSeek-R1']],
  ['qwen2.5-72b-instruct', ['Qwen/Qwen2.5-72B-Instruct', 'qwen/qwen-2.5-72b-instruct']],
  ['qwen3-235b-a22b', ['Qwen/Qwen3-235B-A22B', 'qwen/qwen3-235b-a22b']],
  [
    'llama-3.1-70b-instruct',
    ['meta-llama/Meta-Llama-3.1-70B-Instruct', 'meta-llama/llama-3.1-70b-instruct'],
  ],
  ['kimi-k2', ['moonshotai/kimi-k2', 'moonshotai/Kimi-K2']],
  ['glm-4.6', ['z-ai/glm-4.6', 'zai-org/GLM-4.6', 'GLM-4.6']],
  ['grok-4', ['x-ai/grok-4', 'xai/grok-4']],
  ['mistral-large', ['mistralai/mistral-large', 'mistral-large-latest']],
  ['llama3', ['llama3:latest']],
];

describe('one model', () => {
  test.each(oneModel)('%s by all its names', (name, others) => {
    // Google's own prefix is no other name.
    const names = [name, ...others].filter((one) => !one.startsWith('models/'));
    expect(groupsOf(...names)).toEqual([names.toSorted()]);
    const channels = channelsOf(names).set(name, 2);
    expect(proposeGroups({ channels })[0]?.name).toBe(name);
    expect(new Set([name, ...others].map((one) => familyOf(one).key)).size).toBe(1);
  });

  test('the table has the names of at least sixty', () => {
    expect(oneModel.flat(2).length + severalModels.flat().length).toBeGreaterThan(120);
  });
});

/** Names that look alike and are other models, or the same one on other terms. */
const severalModels: string[][] = [
  ['claude-3.7-sonnet', 'anthropic/claude-3.7-sonnet:thinking', 'claude-3-7-sonnet-thinking'],
  ['deepseek-r1', 'deepseek/deepseek-r1:free', 'deepseek-r1-0528', 'deepseek-r1-distill-qwen-32b'],
  [
    'qwen3-235b-a22b',
    'qwen3-235b-a22b-thinking',
    'qwen/qwen3-235b-a22b:free',
    'qwen3-235b-a22b-2507',
  ],
  [
    'gpt-4o',
    'gpt-4o-mini',
    'chatgpt-4o-latest',
    'gpt-4o-audio-preview',
    'gpt-4o:extended',
    'gpt-4',
  ],
  ['gpt-4-turbo', 'gpt-4-turbo-preview', 'gpt-4-1106-preview', 'gpt-4-0613', 'gpt-4.1'],
  ['gpt-5', 'gpt-5-mini', 'gpt-5-nano', 'gpt-5-codex', 'gpt-5-pro', 'gpt-5.1', 'gpt-5-chat-latest'],
  ['o1', 'o1-mini', 'o1-pro', 'o1-preview', 'o3', 'o3-mini', 'o3-mini-high'],
  ['gemini-2.0-flash', 'gemini-2.0-flash-001', 'gemini-2.0-flash-lite', 'gemini-2.0-flash-exp'],
  [
    'gemini-2.5-pro',
    'gemini-2.5-pro-preview-05-06',
    'gemini-2.5-pro-exp-03-25',
    'gemini-2.5-flash',
  ],
  ['gemini-1.5-pro-001', 'gemini-1.5-pro-002', 'gemini-1.5-pro'],
  ['claude-opus-4', 'claude-opus-4-1', 'claude-opus-4-5', 'claude-sonnet-4', 'claude-sonnet-4-5'],
  [
    'claude-3-sonnet',
    'claude-3-5-sonnet',
    'claude-3-7-sonnet',
    'claude-3-haiku',
    'claude-3-5-haiku',
  ],
  ['deepseek-v3', 'deepseek-v3.1', 'deepseek-v3-0324', 'deepseek-chat', 'deepseek-v3.1-terminus'],
  ['kimi-k2', 'kimi-k2-0711-preview', 'kimi-k2-0905-preview', 'kimi-k2-thinking', 'kimi-k2:1t'],
  ['llama-3-8b', 'llama-3.1-8b', 'llama-3-70b', 'llama-3-8b-instruct', 'llama-3.2-1b'],
  ['qwen-max', 'qwen-plus', 'qwen-turbo', 'qwen2.5-7b', 'qwen2-7b', 'qwen2.5-72b'],
  ['text-embedding-3-small', 'text-embedding-3-large', 'text-embedding-ada-002'],
  ['glm-4.5', 'glm-4.5-air', 'glm-4.5v', 'glm-4', 'glm-4-9b'],
  [
    'some-relay/gpt-4o',
    'gpt-4o',
    'Pro/deepseek-ai/DeepSeek-V3',
    'deepseek-v3',
    'LoRA/Qwen/Qwen2.5-7B',
  ],
  [
    'claude-sonnet-4-nothinking',
    'claude-sonnet-4',
    'claude-sonnet-4-thinking',
    'claude-sonnet-4-1m',
  ],
];

test.each(severalModels.map((names) => [names]))('other models stay apart: %j', (names) => {
  expect(groupsOf(...names)).toEqual([]);
});

test('with several dates each is its own model, and the undated name stands for none of them', () => {
  expect(
    groupsOf(
      ...['claude-3-5-sonnet-20240620', 'claude-3-5-sonnet-20241022', 'claude-3-5-sonnet-latest'],
      ...['anthropic/claude-3.5-sonnet-20240620', 'anthropic/claude-3.5-sonnet'],
      ...['gpt-4o', 'gpt-4o-2024-05-13', 'gpt-4o-2024-08-06'],
    ),
  ).toEqual([
    ['anthropic/claude-3.5-sonnet-20240620', 'claude-3-5-sonnet-20240620'],
    ['anthropic/claude-3.5-sonnet', 'claude-3-5-sonnet-latest'],
  ]);
});

test('the plainest name is the public one, and of equals the one that most channels use', () => {
  const channels = new Map([
    ['gpt-4.1', 2],
    ['gpt-4-1', 5],
    ['openai/gpt-4.1', 90],
  ]);
  expect(proposeGroups({ channels })).toEqual([
    { key: 'gpt4-1', name: 'gpt-4-1', ids: ['gpt-4.1', 'openai/gpt-4.1'] },
  ]);
});

test('a group that exists is only extended, and two are never joined', () => {
  const aliases = createAliasIndex([
    'sonnet = claude-sonnet-4-5',
    'o = gpt-4o',
    'p = openai/gpt-4o',
  ]);
  const names = ['claude-sonnet-4-5', 'anthropic/claude-sonnet-4.5', 'gpt-4o', 'openai/gpt-4o'];
  expect(proposeGroups({ channels: channelsOf(names), aliases })).toMatchObject([
    { name: 'sonnet', ids: ['claude-sonnet-4-5', 'anthropic/claude-sonnet-4.5'] },
  ]);
  const known = createAliasIndex(['claude-sonnet-4-5 = anthropic/claude-sonnet-4.5']);
  expect(proposeGroups({ channels: channelsOf(names.slice(0, 2)), aliases: known })).toEqual([]);
});

test('what was dismissed is not proposed again, by whatever name it comes', () => {
  const [first] = proposed('gpt-4o', 'openai/gpt-4o');
  const dismissed = new Set([first?.key ?? '']);
  const channels = channelsOf(['gpt-4o', 'openai/gpt-4o', 'azure/gpt-4o']);
  expect(proposeGroups({ channels, dismissed })).toEqual([]);
});

test('ten thousand names take a moment', () => {
  const names = Array.from(
    { length: 10_000 },
    (_, n) => `vendor${n % 70}/Model-${n}.${n % 9}-2025-01-0${1 + (n % 9)}`,
  );
  const propose = () => proposeGroups({ channels: channelsOf(names) });
  expect(cpuMsOf(propose)).toBeLessThan(500 * slowness());
});
