import { expect, test } from 'vitest';
import { slugOf, statusItemFieldSchemas } from './status-page.ts';

test.each([
  ['Claude Sonnet 4.5', 'claude-sonnet-4-5'],
  ['  Café — Paris ', 'cafe-paris'],
  ['渠道', ''],
  ['<script>', 'script'],
  [`${'a'.repeat(59)} b`, 'a'.repeat(59)],
])('the slug of %j is %j', (name, slug) => {
  expect(slugOf(name)).toBe(slug);
  if (slug !== '') expect(statusItemFieldSchemas.slug.safeParse(slug).success).toBe(true);
});

test.each(['', 'A', 'a--b', '-a', '../a', 'a.svg', 'a'.repeat(65)])("%j isn't a slug", (slug) => {
  expect(statusItemFieldSchemas.slug.safeParse(slug).success).toBe(false);
});
