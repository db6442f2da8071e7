import { expect, it } from 'vitest';
import type { AllowableNames } from '../../api/wire-types.ts';
import { createNameIndex } from './name-index.ts';

const channel = (id: number, name: string, models: number[], more: object = {}) => ({
  ...{ id, name, enabled: true, tags: initial, model_aliases: initial, models },
  ...more,
});
const initial: string[] = [];

const names: AllowableNames = {
  models: ['gpt-4o', 'gpt-4o-mini', 'claude-4-5', 'anthropic/claude-4.5'],
  channels: [
    channel(1, 'Relay A', [0, 1, 2], { tags: ['Cheap'], model_aliases: ['best = gpt-4o'] }),
    channel(2, 'OpenAI/官转', [0, 1]),
    channel(3, 'Router', [3], { tags: ['cheap', 'eu'] }),
  ],
  model_aliases: ['sonnet = claude-4-5 = anthropic/claude-4.5'],
};
const index = createNameIndex(names);

it.each([
  ['gpt-4o', 2, 1],
  ['gpt-*', 2, 2],
  ['Relay A/*', 1, 3],
  ['Relay A/gpt-4o', 1, 1],
  ['OpenAI/官转/gpt-4o', 1, 1],
  ['*/gpt-4o*', 2, 2],
  ['tag:CHEAP', 2, 4],
  ['sonnet', 2, 2],
  ['claude-*', 1, 1],
  ['best', 1, 1],
  ['Relay A/best', 1, 1],
  ['nothing', 0, 0],
])('%s matches %d channels and %d models', (entry, channels, models) => {
  expect(index.matchOf(entry)).toEqual({ channels, models });
});

const found = (query: string) => index.search(query).map(({ kind, entry }) => `${kind} ${entry}`);

it('a search finds channels, tags and models, and what was typed comes first if it names something', () => {
  expect(found('claude')).toEqual([
    ...['model claude-4-5', 'model */anthropic/claude-4.5', 'typed claude'],
  ]);
  expect(found('relay')).toEqual(['channel Relay A/*', 'typed relay']);
  expect(found('cheap')).toEqual(['tag tag:cheap', 'typed cheap']);
  expect(found('gpt-4o')).toEqual(['typed gpt-4o', 'model gpt-4o-mini']);
  expect(found('gpt-*')).toEqual(['typed gpt-*', 'model gpt-4o', 'model gpt-4o-mini']);
  expect(found('best sonnet')).toEqual(['typed best sonnet']);
  expect(found('/')).not.toContain('typed /');
});

it('after a channel and a slash it finds that channel’s models', () => {
  expect(found('OpenAI/官转/gpt-4o-m')).toEqual([
    'typed OpenAI/官转/gpt-4o-m',
    'model OpenAI/官转/gpt-4o-mini',
  ]);
});

it('seventy channels of 2,400 models are searched while one types', () => {
  const models = Array.from({ length: 9_600 }, (_, n) => `vendor-${n % 40}-model-${n}`);
  const channels = Array.from({ length: 70 }, (_, n) =>
    channel(
      n,
      `Channel ${n}`,
      Array.from({ length: 2_400 }, (_, at) => (n * 100 + at) % 9_600),
    ),
  );
  const large = createNameIndex({ models, channels, model_aliases: [] });
  const timeOf = (act: () => void) => {
    const began = performance.now();
    act();
    return performance.now() - began;
  };
  large.search('model');
  expect(timeOf(() => large.search('vendor-3 model-1'))).toBeLessThan(200);
  expect(timeOf(() => large.matchOf('vendor-1*'))).toBeLessThan(1_000);
  const listed = () => {
    for (const { entry } of large.search('model')) large.matchOf(entry);
  };
  expect(timeOf(listed)).toBeLessThan(500);
});
