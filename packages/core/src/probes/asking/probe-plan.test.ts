import { expect, test } from 'vitest';
import { cpuMsOf } from '../../../test/pace.ts';
import { probePlanOf } from './probe-plan.ts';

test.each([
  ['gpt-5', [], 'probed'],
  ['dall-e-3', [], 'skipped'],
  ['gpt-5', ['gpt-5'], 'unprovable'],
  ['gpt-5-mini', ['gpt-5'], 'probed'],
  ['claude-opus-4', ['gpt-*', 'claude-*'], 'unprovable'],
  ['dall-e-3', ['*'], 'unprovable'],
  ['vendor/claude-x-thinking', ['*claude*thinking'], 'unprovable'],
  ['ab', ['ab*b'], 'probed'],
  ['a.b', ['a?b'], 'probed'],
] as const)('%s with dont_probe %j is %s', (model, dontProbe, plan) => {
  expect(probePlanOf(model, dontProbe)).toBe(plan);
});

test('a pattern of many stars takes no long time', () => {
  const plan = () => probePlanOf('a'.repeat(256), [`${'*a'.repeat(120)}b`]);
  expect(cpuMsOf(plan)).toBeLessThan(50);
});
