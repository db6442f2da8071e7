import { expect, test } from 'vitest';
import { createAliasIndex } from './alias-group.ts';
import { createModelRules } from './model-rules.ts';

const aliases = createAliasIndex(['sonnet = claude-sonnet-4-5 = anthropic/claude-sonnet-4.5']);
const target = (name: string, ...tags: string[]) => ({ name, tags });
const relay = target('relay');
const official = target('OpenAI/官转', 'Cheap');

function allows(entry: string, at: ReturnType<typeof target>, model: string): boolean {
  return createModelRules([entry], aliases).allows(at, model);
}

test.each([
  // Exactly as before there were patterns.
  ['relay/gpt-4o', relay, 'gpt-4o', true],
  ['relay/models/gpt-4o', relay, 'gpt-4o', true],
  ['relay/gpt-4o', relay, 'gpt-4o-mini', false],
  ['relay/gpt-4o', official, 'gpt-4o', false],
  ['relay/vendor/gpt-4o', relay, 'vendor/gpt-4o', true],
  ['OpenAI/官转/gpt-4o', official, 'gpt-4o', true],
  ['anthropic/claude-sonnet-4.5', relay, 'anthropic/claude-sonnet-4.5', false],
  // A bare name holds on every channel.
  ['gpt-4o', relay, 'gpt-4o', true],
  ['gpt-4o', official, 'gpt-4o', true],
  ['gpt-4o', relay, 'vendor/gpt-4o', false],
  // Patterns.
  ['gpt-4*', relay, 'gpt-4o', true],
  ['gpt-4*', relay, 'vendor/gpt-4o', false],
  ['*gpt-4*', relay, 'vendor/gpt-4o', true],
  ['relay/*', relay, 'vendor/gpt-4o', true],
  ['relay/*', official, 'gpt-4o', false],
  ['relay/*', target('relay/other'), 'gpt-4o', false],
  ['relay/*', target('relays'), 'gpt-4o', false],
  ['*/gpt-4o*', relay, 'gpt-4o-mini', true],
  ['*/gpt-4o*', official, 'gpt-4o-mini', true],
  ['*/gpt-4o*', relay, 'vendor/gpt-4o', false],
  ['*/gpt-4o', relay, 'gpt-4o', true],
  ['*/gpt-4o', relay, 'gpt-4o-mini', false],
  ['*/vendor/*', relay, 'vendor/gpt-4o', true],
  ['OpenAI/官转/*', official, 'gpt-4o', true],
  ['*', official, 'a/b', true],
  ['GPT-*', relay, 'gpt-4o', false],
  // Tags, in any case.
  ['tag:cheap', official, 'gpt-4o', true],
  ['tag:CHEAP', official, 'gpt-4o', true],
  ['tag:cheap', relay, 'gpt-4o', false],
  ['tag:chea*', official, 'gpt-4o', false],
  // An exact name allows the other names of its group, a pattern only what it matches.
  ['sonnet', relay, 'anthropic/claude-sonnet-4.5', true],
  ['claude-sonnet-4-5', relay, 'sonnet', true],
  ['relay/sonnet', relay, 'claude-sonnet-4-5', true],
  ['relay/sonnet', official, 'claude-sonnet-4-5', false],
  ['claude-*', relay, 'anthropic/claude-sonnet-4.5', false],
  ['relay/son*', relay, 'claude-sonnet-4-5', false],
] as const)('%s allows on %o the model %s: %s', (entry, at, model, isAllowed) => {
  expect(allows(entry, { ...at, tags: [...at.tags] }, model)).toBe(isAllowed);
});

test('a channel whose name has a star is meant alone by its name', () => {
  const starred = target('rel*');
  const rules = createModelRules(['rel*/m'], aliases, (name) => name === 'rel*');
  expect(rules.allows(starred, 'm')).toBe(true);
  expect(rules.allows(relay, 'm')).toBe(false);
});

test('a list names the channels of its exact entries', () => {
  const rules = createModelRules(['OpenAI/官转/gpt-4o', 'relay/*', 'gpt-4o'], aliases);
  expect(rules.namesTarget(official)).toBe(true);
  expect(rules.namesTarget(relay)).toBe(false);
});

test.each(['model-%-*', '*-model-%'])('five thousand patterns like %s take little', (form) => {
  const entries = Array.from({ length: 5_000 }, (_, n) => `*/${form.replace('%', `${n}`)}`);
  const rules = createModelRules(entries, aliases);
  const names = Array.from({ length: 200 }, (_, n) => `model-${n}x`);
  const round = () => {
    const began = performance.now();
    for (const name of names) expect(rules.allows(relay, name)).toBe(false);
    return performance.now() - began;
  };
  round();
  expect(Math.min(...Array.from({ length: 20 }, round))).toBeLessThan(10);
});

test('what is remembered is bounded, and right after it was forgotten', () => {
  const entries = Array.from({ length: 20 }, (_, n) => `m${n}-*`);
  const rules = createModelRules(entries, aliases);
  for (let n = 0; n < 10_000; n += 1)
    expect(rules.allows(relay, `m${n % 40}-${n}`)).toBe(n % 40 < 20);
});
