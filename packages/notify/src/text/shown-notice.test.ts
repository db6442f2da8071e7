import { expect, test } from 'vitest';
import { exampleNotice, recovery } from '../../test/loopback.ts';
import { shownNotice, webLink } from './shown-notice.ts';

test.each([
  ['https://monitor.example.com/a?b=c#d', 'https://monitor.example.com/a?b=c#d'],
  ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
  [
    'https://m.example/a_b*c"d\'e)f]g`h|i<j>',
    'https://m.example/a%5Fb%2Ac%22d%27e%29f%5Dg%60h%7Ci%3Cj%3E',
  ],
  ['javascript:alert(1)', null],
  ['data:text/html,x', null],
  ['https://user:password@m.example/', null],
  ['/incidents.html', null],
  [`https://m.example/${'a'.repeat(1000)}`, null],
  [null, null],
])('the link %j is shown as %j', (link, shown) => {
  expect(webLink(link)).toBe(shown);
});

test('the words around a notice are in its language, and its time is in its zone', () => {
  expect(shownNotice(exampleNotice)).toMatchObject({
    markedTitle: '🔴 relay\u200b.one: quota used up',
    link: { label: 'Open' },
    time: '2025-11-28 20:00:00 Asia/Shanghai',
    colon: ': ',
  });
  const chinese = { ...recovery, language: 'zh', timeZone: '+05:30' } as const;
  expect(shownNotice(chinese)).toMatchObject({
    markedTitle: '🟢 relay\u200b.one is back after 12 minutes',
    link: { label: '查看' },
    time: '2025-11-28 17:30:00 +05:30',
    colon: '：',
  });
  const nowhere = { ...exampleNotice, timeZone: 'Mars/Olympus' };
  expect(shownNotice(nowhere).time).toBe('2025-11-28 12:00:00 UTC');
});
