import { cpuMsOf, slowness } from '@api-monitor/core/test/pace';
import { expect, test } from 'vitest';
import { cleanLine, cutText, unlink } from './clean-text.ts';

test('a cut text ends in … and has no half of a character', () => {
  expect(cutText('abcdef', 6)).toBe('abcdef');
  expect(cutText('abcdefg', 6)).toBe('abcde…');
  const family = '👨‍👩‍👧‍👦';
  expect(cutText(`${'a'.repeat(16)}${family}b`, 20)).toBe(`${'a'.repeat(16)}…`);
  expect(cutText(`${'a'.repeat(16)}e\u0301xyz`, 18)).toBe(`${'a'.repeat(16)}…`);
  expect(cutText('🇩🇪🇫🇷', 6)).toBe('🇩🇪…');
});

test('a letter with thousands of accents is cut within', () => {
  const cut = cutText(`${'a'.repeat(20)}${'\u0301'.repeat(5000)}`, 1000);
  expect(cut).toHaveLength(1000);
  expect(cut.isWellFormed()).toBe(true);
  expect(cutText('🙂'.repeat(50), 20)).toBe(`${'🙂'.repeat(9)}…`);
});

test.each([
  ['one\r\ntwo\u2028three\u0085four', 'one two three four'],
  ['a\u0000b\u001b[31mc\u007f', 'a b [31mc'],
  ['\u202etxt.exe\u202c and \u2066isolated\u2069', 'txt.exe and isolated'],
  ['a\ud800b', 'a b'],
  ['zero\u200bwidth\ufeff', 'zerowidth'],
  ['\u{e0041}tag', 'tag'],
])('%j is shown as %j', (text, line) => {
  expect(cleanLine(text, 100)).toBe(line);
});

test('a text of a megabyte is cut without being read', () => {
  const cut = () => {
    expect(cleanLine('错'.repeat(1_000_000), 100)).toBe(`${'错'.repeat(99)}…`);
    expect(cleanLine(`${' '.repeat(1_000_000)}end`, 100)).toBe('…');
  };
  expect(cpuMsOf(cut)).toBeLessThan(500 * slowness());
});

test.each([
  ['@everyone', '@\u200beveryone'],
  ['see https://evil.example/x', 'see https:\u200b//evil\u200b.example/x'],
  ['www.evil.example', 'www\u200b.evil\u200b.example'],
  ['ops@evil.example.', 'ops@\u200bevil\u200b.example.'],
  ['a.b-c.example|x', 'a.b-c\u200b.example|x'],
  ['gpt-4.1, claude-3.5-sonnet and us.anthropic.claude-3', null],
  ['took 1.5 s. Then it failed.', null],
])('%s is no link and no mention', (text, unlinked) => {
  expect(unlink(text)).toBe(unlinked ?? text);
});
