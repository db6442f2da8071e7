import { expect, test } from 'vitest';
import { targetFieldSchemas } from './target.ts';

test.each(['a\u0000b', 'a\nb', 'a\u001b[31m', 'a\u007f', 'a\u0085', 'a\ud800', 'a\u2028b'])(
  '%j is neither a valid name nor a valid model',
  (text) => {
    expect(targetFieldSchemas.name.safeParse(text).success).toBe(false);
    expect(targetFieldSchemas.selected_models.safeParse([text]).success).toBe(false);
  },
);

test('a name may be in any script', () => {
  expect(targetFieldSchemas.name.parse(' 中转站 relay 🙂 ')).toBe('中转站 relay 🙂');
  expect(targetFieldSchemas.selected_models.parse(['org/模型 🙂'])).toEqual(['org/模型 🙂']);
});

test('a prompt may have lines, but nothing that a database refuses', () => {
  expect(targetFieldSchemas.prompt.parse('one\n\ttwo')).toBe('one\n\ttwo');
  expect(targetFieldSchemas.prompt.safeParse('a\u0000b').success).toBe(false);
  expect(targetFieldSchemas.prompt.safeParse('a\ud800').success).toBe(false);
});
