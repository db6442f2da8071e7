import { expect, test } from 'vitest';
import { z } from 'zod';
import { fieldKindsOf } from './shape.ts';

test('the kind of a field is that of its value, however it is bounded, described or wrapped', () => {
  const shape = z.object({
    switch: z.boolean().describe('on or off').nullable(),
    whole: z.int().min(1).max(9).optional(),
    number: z.number(),
    line: z.string().trim().min(1),
    word: z.enum(['a', 'b']).nullable(),
    address: z
      .string()
      .transform((text) => (text === '' ? null : text))
      .nullable(),
    list: z.array(z.string()).max(5),
    any: z.unknown(),
  });
  expect(fieldKindsOf(shape)).toEqual({
    switch: 'boolean',
    whole: 'number',
    number: 'number',
    line: 'text',
    word: 'text',
    address: 'text',
    list: 'json',
    any: 'json',
  });
});
