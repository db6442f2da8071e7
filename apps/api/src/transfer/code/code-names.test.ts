import { expect, test } from 'vitest';
import { codeNamesOf } from './code-names.ts';

test('a plain name is written out, and what it can’t say is told apart by a hash', () => {
  const names = ['Aurora', 'my relay 2', 'OpenAI/官转', '官转', 'con', '🙂'];
  expect([...codeNamesOf(names)]).toEqual([
    ['Aurora', { file: 'aurora', variable: 'CHANNEL_AURORA' }],
    ['my relay 2', { file: 'my-relay-2', variable: 'CHANNEL_MY_RELAY_2' }],
    ['OpenAI/官转', { file: 'openai-官转-0c8a49', variable: 'CHANNEL_OPENAI_0C8A49' }],
    ['官转', { file: '官转-fcf43b', variable: 'CHANNEL_FCF43B' }],
    ['con', { file: 'con-1143da', variable: 'CHANNEL_CON_1143DA' }],
    ['🙂', { file: 'd06f15', variable: 'CHANNEL_D06F15' }],
  ]);
});

test('no two channels have the same name in code', () => {
  const names = [
    'a b',
    'a-b',
    'A.B',
    'a_b',
    `${'x'.repeat(80)}1`,
    `${'x'.repeat(80)}2`,
    '../../etc',
  ];
  const found = [...codeNamesOf(names).values()];
  for (const part of ['file', 'variable'] as const) {
    expect(new Set(found.map((one) => one[part].toLowerCase())).size).toBe(names.length);
  }
  for (const { file, variable } of found) {
    expect(file).toMatch(/^[\p{L}\p{N}]+(?:-[\p{L}\p{N}]+)*$/u);
    expect(variable).toMatch(/^[A-Z0-9_]+$/);
    expect(Buffer.byteLength(file)).toBeLessThan(250);
  }
});
