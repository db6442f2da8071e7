import { expect, test } from 'vitest';
import { changesBetween } from './audit.ts';

test('only the fields that differ are recorded, with their old values', () => {
  const before = { name: 'a', enabled: true, selected_models: ['x'], source_url: null };
  const after = { name: 'b', enabled: true, selected_models: ['x', 'y'], source_url: null };
  expect(changesBetween(before, after)).toEqual([
    { field: 'name', old: 'a', new: 'b' },
    { field: 'selected_models', old: '["x"]', new: '["x","y"]' },
  ]);
});

test('a changed secret is recorded without its values', () => {
  const changes = changesBetween({ api_key: 'sk-old' }, { api_key: 'sk-new' }, ['api_key']);
  expect(changes).toEqual([{ field: 'api_key', old: '[secret]', new: '[secret]' }]);
  expect(changesBetween({}, { api_key: 'sk-new' }, ['api_key'])).toEqual([
    { field: 'api_key', old: null, new: '[secret]' },
  ]);
});

test('a long or hostile value becomes one short line', () => {
  const [change] = changesBetween({}, { prompt: `first\nsecond ${'x'.repeat(5000)}` });
  expect(change?.new).toMatch(/^first second x+…$/);
  expect(String(change?.new).length).toBeLessThanOrEqual(201);
});
