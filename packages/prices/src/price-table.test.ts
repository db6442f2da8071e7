import { findProvider } from '@pydantic/genai-prices';
import { expect, test } from 'vitest';
import { builtInText } from '../test/built-in-text.ts';
import { loadBuiltIn } from './load-built-in.ts';
import { createPriceTable } from './price-table.ts';
import { readGenaiPrices } from './read-genai-prices.ts';

const data = await loadBuiltIn();
const table = createPriceTable(data);
const find = (name: string, host = 'relay.example') => table.find({ names: [name], host });
const inputOf = (name: string, host?: string) => find(name, host)?.at(-1)?.input;

test('what is built in is what the package says: pnpm --filter @api-monitor/prices generate', () => {
  expect(data).toEqual(JSON.parse(builtInText()));
});

test('each name of the makers finds its own model', () => {
  const makers = data.providers.filter(({ id }) =>
    ['anthropic', 'openai', 'google', 'x-ai'].includes(id),
  );
  const wrong = makers.flatMap(({ id, models }) => {
    const { models: given = [] } = findProvider({ providerId: id }) ?? {};
    expect(given.length).toBeGreaterThan(10);
    return models.flatMap(({ names, prices }) =>
      names.filter((name) => !name.includes('*') && inputOf(name) !== prices.at(-1)?.input),
    );
  });
  // Google sells Anthropic's models for more.
  expect(wrong.filter((name) => !name.startsWith('claude'))).toEqual([]);
});

test.each([
  ['claude-sonnet-4-5-20250929', 3],
  ['anthropic/claude-sonnet-4.5', 3],
  ['claude-4.5-sonnet', 3],
  ['claude-sonnet-4-5-20251231', 3],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 3],
  ['models/gemini-2.5-pro', 1.25],
  ['vertex_ai/gemini-2.5-pro', 1.25],
  ['gemini-2.5-pro-preview-tts', 1],
  ['gpt-4o-2024-08-06', 2.5],
  ['gpt-4o-2024-05-13', 5],
  ['[官]gpt-4o', 2.5],
  ['【限时】GPT-4o', 2.5],
  ['gpt-4o（官转）', 2.5],
  ['[a][b] gpt-4o', 2.5],
  ['gpt-5-high', 1.25],
  ['claude-opus-4-5-20251101-thinking', 5],
  ['deepseek-ai/DeepSeek-V3.2', 0.2288],
  ['glm-5.3', 1.4],
  ['meta-llama/llama-3.3-70b-instruct', expect.any(Number)],
])('%s is known as relays spell it', (name, input) => {
  expect(inputOf(name)).toEqual(input);
});

test.each(['gpt-4o-all', 'my-model', 'gpt-9', 'suno-v3', 'midjourney', '', '[官]', 'claude'])(
  '%j has no price rather than another model’s',
  (name) => expect(find(name)).toBeUndefined(),
);

test('a provider’s own API has its own prices, and other names of a model count too', () => {
  expect(inputOf('llama-3.3-70b-versatile', 'api.groq.com')).toBe(0.59);
  expect(inputOf('gpt-4o', 'openrouter.ai')).toBe(2.5);
  expect(table.find({ names: ['in-house', 'gpt-4o'], host: '' })?.[0]?.input).toBe(2.5);
  expect(inputOf('mistralai/mistral-7b-instruct:free')).toBe(0);
});

test('conditions of price data are read, and what isn’t about tokens is left out', () => {
  const prices = [
    { prices: { input_mtok: { base: 1, tiers: [{ start: 200, price: 2 }] }, output_mtok: 4 } },
    { constraint: { start_date: '2026-08-17' }, prices: { input_mtok: 3, requests_kcount: 12 } },
    {
      constraint: { start_time: '16:30:00Z', end_time: '00:30:00Z' },
      prices: { input_mtok: 5, web_searches_kcount: 10, output_mtok: 'x' },
    },
  ];
  const given = [{ id: 'openai', models: [{ id: 'M', match: { equals: 'm' }, prices }] }];
  expect(readGenaiPrices(given).providers[0]?.models).toEqual([
    {
      names: ['m'],
      prices: [
        { input: 1, output: 4, tiers: [{ above: 200, input: 2, output: 4 }] },
        { input: 3, request: 0.012, from: Date.UTC(2026, 7, 17) / 1000 },
        { input: 5, daily: [59_400, 1_800] },
      ],
    },
  ]);
});

const tooManyPatterns = [
  {
    id: 'openai',
    models: Array.from({ length: 5_001 }, (_, id) => ({
      ...{ id: `m${id}`, match: { contains: `m${id}` }, prices: { input_mtok: 1 } },
    })),
  },
];

test.each([
  [null],
  [{}],
  [[{ id: 'openai' }]],
  [[{ id: 'openai', models: [{ id: 'm', match: { equals: 'm' }, prices: { input_mtok: -1 } }] }]],
  [[{ id: 'openai', models: [{ id: 'm', match: { equals: 'm' }, prices: { input_mtok: 1e9 } }] }]],
  [tooManyPatterns],
])('price data of another form is refused (%#)', (json) => {
  expect(() => readGenaiPrices(json)).toThrow();
});
