import {
  costOf,
  createAliasIndex,
  createChannelPricing,
  noUsage,
  priceAt,
  type TokenUsage,
} from '@api-monitor/core';
import { expect, test } from 'vitest';
import { loadBuiltIn } from './load-built-in.ts';
import { createPriceTable } from './price-table.ts';

const table = createPriceTable(await loadBuiltIn());
const aliases = createAliasIndex([]);

type Counts = Partial<Record<keyof typeof classes, number>>;
type Row = [
  model: string,
  counts: Counts,
  priceMultiplier: number,
  unitCost: number,
  cost: number,
  at?: string,
];

const classes = {
  in: 'inputTokens',
  cached: 'cachedInputTokens',
  written: 'cacheWriteTokens',
  written1h: 'cacheWrite1hTokens',
  audioIn: 'audioInputTokens',
  imageIn: 'imageInputTokens',
  out: 'outputTokens',
  reasoning: 'reasoningTokens',
  audioOut: 'audioOutputTokens',
  imageOut: 'imageOutputTokens',
} as const;

/**
 * What each should cost, computed by a program in another language, with decimals, from list prices that were
 * typed by hand.
 */
const rows: Row[] = [
  ['gpt-4o', { in: 1000, out: 500 }, 1, 1, 0.0075],
  ['gpt-4o-2024-08-06', { in: 1200, cached: 1024, out: 300 }, 1, 1, 0.00472],
  ['openai/gpt-4o', { in: 1_000_000, out: 0 }, 1, 1, 2.5],
  ['[官]gpt-4o', { in: 123_456, cached: 100_000, out: 7890 }, 0.3, 1, 0.078762],
  ['GPT-4o-2024-11-20', { in: 1, out: 1 }, 1, 1, 0.0000125],
  ['gpt-4o-2024-05-13', { in: 1000, out: 500 }, 1, 1, 0.0125],
  ['gpt-4o-mini', { in: 5000, cached: 4096, out: 250 }, 1, 1, 0.0005928],
  ['【特价】gpt-4o-mini', { in: 5000, out: 250 }, 0.1, 1, 0.00009],
  ['openrouter/openai/gpt-4o-mini-2024-07-18', { in: 77, out: 33 }, 2, 1, 0.0000627],
  ['gpt-4.1', { in: 50_000, cached: 25_000, out: 1000 }, 1, 1, 0.0705],
  ['gpt-4.1-mini-2025-04-14', { in: 50_000, out: 1000 }, 1.5, 1, 0.0324],
  ['gpt-4.1-nano', { in: 50_000, out: 1000 }, 0.8, 1, 0.00432],
  ['gpt-5', { in: 2000, cached: 1920, out: 4000, reasoning: 3500 }, 1, 1, 0.04034],
  ['gpt-5-high', { in: 2000, out: 4000, reasoning: 3999 }, 1, 1, 0.0425],
  ['gpt-5-2025-08-07', { in: 10, out: 2 }, 1, 0.14, 0.00000455],
  ['gpt-5-mini', { in: 2000, out: 4000 }, 1, 1, 0.0085],
  ['gpt-5-nano', { in: 2000, out: 4000 }, 1, 1, 0.0017],
  ['gpt-5-pro', { in: 2000, out: 4000 }, 1, 1, 0.51],
  ['gpt-5.1', { in: 9000, cached: 8000, out: 800 }, 0.6, 0.142857, 0.00087857055],
  ['gpt-5.2-2025-12-11', { in: 9000, out: 800 }, 1, 1, 0.02695],
  ['gpt-5.4', { in: 271_999, cached: 200_000, out: 1000 }, 1, 1, 0.2449975],
  ['gpt-5.4', { in: 272_000, cached: 200_000, out: 1000 }, 1, 1, 0.4825],
  ['azure/gpt-5.4-2026-03-05', { in: 400_000, out: 10 }, 1, 1, 2.000225],
  ['o3', { in: 1000, out: 10_000, reasoning: 9000 }, 1, 1, 0.082],
  ['o4-mini', { in: 1000, cached: 500, out: 10_000 }, 1, 1, 0.0446875],
  ['o1', { in: 1000, cached: 512, out: 2000 }, 1, 1, 0.13116],
  ['o3-mini', { in: 1000, out: 2000 }, 0.5, 0.5, 0.002475],
  ['gpt-4-turbo-2024-04-09', { in: 8000, out: 900 }, 1, 1, 0.107],
  ['gpt-3.5-turbo-0125', { in: 8000, out: 900 }, 1, 1, 0.00535],
  ['text-embedding-3-small', { in: 8191 }, 1, 1, 0.00016382],
  ['text-embedding-3-large', { in: 8191 }, 3, 1, 0.00319449],
  [
    'gpt-4o-realtime-preview',
    { in: 3000, cached: 1000, audioIn: 1500, out: 900, audioOut: 700 },
    1,
    1,
    0.125,
  ],
  ['gpt-4o-transcribe', { in: 1400, audioIn: 1380, out: 200 }, 1, 1, 0.01033],
  [
    'claude-sonnet-4-5-20250929',
    { in: 51_204, cached: 1200, written: 50_000, out: 15 },
    1,
    1,
    0.188097,
  ],
  [
    'anthropic/claude-sonnet-4.5',
    { in: 51_204, cached: 1200, written: 50_000, written1h: 30_000, out: 15 },
    1,
    1,
    0.255597,
  ],
  ['claude-sonnet-4-5', { in: 200_000, out: 1000 }, 1, 1, 0.615],
  [
    'claude-sonnet-4-5',
    { in: 200_001, cached: 150_000, written: 50_000, written1h: 20_000, out: 1000 },
    1,
    1,
    0.577506,
  ],
  ['claude-4.5-sonnet', { in: 1000, out: 1000 }, 1.2, 1, 0.0216],
  ['claude-sonnet-4-5-20250929-thinking', { in: 1000, out: 9000 }, 1, 1, 0.138],
  ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', { in: 1000, out: 1000 }, 1, 1, 0.018],
  ['claude-opus-4-5-20251101', { in: 10_000, cached: 9000, out: 2000 }, 0.25, 1, 0.014875],
  ['claude-opus-4-1-20250805', { in: 10_000, written: 9000, out: 2000 }, 1, 1, 0.33375],
  ['claude-haiku-4-5', { in: 10_000, written: 9000, written1h: 9000, out: 2000 }, 1, 1, 0.029],
  ['claude-3-5-haiku-20241022', { in: 10_000, out: 2000 }, 1, 1, 0.016],
  ['claude-3-haiku-20240307', { in: 10_000, cached: 5000, out: 2000 }, 1, 1, 0.0039],
  ['claude-sonnet-4-20250514', { in: 10_000, cached: 5000, out: 2000 }, 1, 7.2, 0.3348],
  ['models/gemini-2.5-pro', { in: 200_000, out: 5000, reasoning: 4000 }, 1, 1, 0.3],
  ['gemini-2.5-pro', { in: 200_001, cached: 100_000, out: 5000 }, 1, 1, 0.3500025],
  ['google/gemini-2.5-flash', { in: 3000, audioIn: 2000, cached: 500, out: 900 }, 1, 1, 0.004415],
  ['gemini-2.5-flash-lite', { in: 3000, audioIn: 3000, out: 900 }, 1, 1, 0.00126],
  ['gemini-2.0-flash', { in: 3000, out: 900 }, 0.05, 1, 0.000033],
  ['gemini-3-pro-preview', { in: 250_000, cached: 240_000, out: 100 }, 1, 1, 0.1378],
  ['gemini-3-pro-image-preview', { in: 300, out: 1220, imageOut: 1120 }, 1, 1, 0.1362],
  ['gemini-embedding-001', { in: 2048 }, 1, 1, 0.0003072],
  ['grok-3', { in: 4000, cached: 3000, out: 700 }, 1, 1, 0.01575],
  ['x-ai/grok-4', { in: 4000, out: 700, reasoning: 600 }, 1, 1, 0.0225],
  ['grok-code-fast-1', { in: 40_000, cached: 30_000, out: 700 }, 1, 1, 0.00365],
  ['grok-3-mini', { in: 4000, out: 700 }, 1, 1, 0.00155],
  ['kimi-k2-0905-preview', { in: 4000, cached: 3000, out: 700 }, 1, 1, 0.0028],
  ['moonshotai/kimi-k2.5', { in: 4000, cached: 3000, out: 700 }, 1, 1, 0.003],
  ['kimi-k2-thinking-turbo', { in: 4000, out: 7000 }, 1, 1, 0.0606],
  ['mistral-large-latest', { in: 4000, out: 7000 }, 1, 1, 0.05],
  ['codestral-latest', { in: 4000, out: 7000 }, 1, 1, 0.0075],
  ['command-a-03-2025', { in: 4000, out: 7000 }, 1, 1, 0.08],
  ['sonar', { in: 4000, out: 700 }, 1, 1, 0.0167],
  ['sonar-pro', { in: 4000, out: 700 }, 2, 0.5, 0.0365],
  [
    'deepseek-v4-flash',
    { in: 100_000, cached: 64_000, out: 4000 },
    1,
    1,
    0.022016,
    '2026-11-02T07:30:00Z',
  ],
  [
    'deepseek-ai/DeepSeek-V4-Flash',
    { in: 100_000, cached: 64_000, out: 4000 },
    1,
    1,
    0.011008,
    '2026-11-02T12:00:00Z',
  ],
  [
    'deepseek-v4-pro',
    { in: 100_000, cached: 64_000, out: 4000 },
    0.4,
    1,
    0.0132352,
    '2026-11-02T23:59:59Z',
  ],
  ['gpt-4o', { in: 100_000, cached: 64_000, out: 4000 }, 0, 1, 0],
  ['gpt-4o', { in: 100_000, out: 4000 }, 1000, 0.001, 0.29],
];

function usageOf(counts: Counts): TokenUsage {
  const named = Object.entries(classes).map(([name, full]) => [
    full,
    counts[name as keyof Counts] ?? null,
  ]);
  return { ...noUsage, ...Object.fromEntries(named) };
}

test.each(rows)('%s with %j at %d × %d costs %d', (model, counts, multiplier, unit, cost, at) => {
  const channel = createChannelPricing({
    ...{ base_url: 'https://relay.example', model_aliases: [], prices: [] },
    ...{ price_multiplier: multiplier, unit_cost: unit },
  });
  const list = table.find(channel.askedOf(model, aliases));
  const effective = channel.effectivePrice(model, { rules: [], aliases }, list);
  const price = priceAt(effective?.prices ?? [], Date.parse(at ?? '2026-11-02T12:00:00Z') / 1000);
  expect(price && costOf(usageOf(counts), price)).toBeCloseTo(cost, 12);
});
