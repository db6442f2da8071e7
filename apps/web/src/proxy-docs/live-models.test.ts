import { expect, it } from 'vitest';
import { proven, sampleChannel, sampleEvidence, sampleModel } from '../../test/sample-channel.ts';
import { liveModels, suggestModel } from './live-models.ts';
import { pathOf, quoteForShell } from './quote-for.ts';

const alive = sampleModel({ model: 'gpt-4o' });
const claude = sampleModel({ model: 'claude-opus-4-1', evidence: [proven('anthropic')] });
const dead = sampleModel({ model: 'gpt-5', evidence: [sampleEvidence({ state: 'failed' })] });

it('offers the live models of enabled channels, bare names first and once', () => {
  const models = liveModels([
    sampleChannel({ name: 'a', latest_models: [alive, claude, dead] }),
    sampleChannel({ name: 'b', latest_models: [alive] }),
    sampleChannel({ name: 'off', enabled: false, latest_models: [alive] }),
  ]);
  expect(models.map(({ name }) => name)).toEqual([
    'gpt-4o',
    'claude-opus-4-1',
    'a/gpt-4o',
    'a/claude-opus-4-1',
    'b/gpt-4o',
  ]);
  expect(suggestModel(models, 'anthropic')).toBe('claude-opus-4-1');
  expect(suggestModel(models, 'gemini')).toBe('gpt-4o');
  expect(suggestModel([], 'chat')).toBeNull();
});

it('quotes a name for a shell and for a path', () => {
  expect(quoteForShell("it's $(rm -rf)")).toBe(`'it'\\''s $(rm -rf)'`);
  expect(pathOf('my channel/org/model?')).toBe('my%20channel/org/model%3F');
});
