import { expect, test } from 'vitest';
import { exampleNotice } from '../../test/loopback.ts';
import { fitText } from './fit-notice.ts';
import { html, plain } from './markup.ts';
import { shownNotice } from './shown-notice.ts';

const parts = { withTitle: true, withLink: true };
const line = (label: string, text: string) => ({ label, text, isQuoted: false });
const shown = shownNotice({
  ...exampleNotice,
  lines: [
    line('What', '14 models'),
    line('Why', 'a&b '.repeat(200)),
    line('And', '错'.repeat(150)),
    line('Served by', '3 other channels'),
  ],
});

test('what fits is left as it is', () => {
  expect(fitText(shown, plain, parts, 5000)).toContain('错'.repeat(150));
});

test('the longest lines are cut first, so that the others stay whole', () => {
  const text = fitText(shown, plain, parts, 600);
  expect(text.length).toBeLessThanOrEqual(600);
  expect(text.length).toBeGreaterThan(595);
  expect(text).toMatch(/\nWhat: 14 models\nWhy: (?:a&b )+.{0,3}…\nAnd: 错+\nServed by: 3 other/);
  expect(fitText(shown, plain, parts, 350)).toMatch(/…\nAnd: 错+…\nServed by: 3 other channels\n/);
});

test('a text is cut before it is escaped', () => {
  const text = fitText(shown, html, parts, 700);
  expect(text.length).toBeLessThanOrEqual(700);
  expect(text.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toContain('&');
  expect(text.match(/<b>/g)?.length).toBe(text.match(/<\/b>/g)?.length);
});

test('if even short lines don’t fit, the last ones are left out, and the title and the link stay', () => {
  const lines = Array.from({ length: 50 }, (_, index) => line(`Line ${index}`, 'x'.repeat(100)));
  const many = shownNotice({ ...exampleNotice, lines });
  const text = fitText(many, plain, parts, 500);
  expect(text.length).toBeLessThanOrEqual(500);
  expect(text).toMatch(/^🔴 relay.*\nLine 0: x{23}…\nLine 1: /);
  expect(text).toMatch(
    /…\n…\n2025-11-28 20:00:00 Asia\/Shanghai\nhttps:\/\/monitor\.example\.com\/\S+$/,
  );
});
