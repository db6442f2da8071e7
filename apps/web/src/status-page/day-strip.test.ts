import { expect, it } from 'vitest';
import { translatorFor } from '../i18n/translate.ts';
import { dayPaths, dayTip } from './day-strip.ts';

const dayOf = (uptime: number | null) => ({ day: '2026-11-25', uptime });

it('a day has the colour of its uptime, the newest at the right', () => {
  expect(dayPaths([null, 100, 99, 98.99, 90, 89.99].map(dayOf))).toEqual({
    idle: 'M676 31V3',
    ok: 'M684 31V3M692 31V3',
    warn: 'M700 31V3M708 31V3',
    bad: 'M716 31V3',
  });
});

it('a day is described in words, as a UTC day', () => {
  expect(dayTip(dayOf(99.5), translatorFor('en'))).toMatchObject({
    tone: 'ok',
    time: 'Nov 25, 2026',
    verdict: '99.5% available',
  });
  expect(dayTip(dayOf(null), translatorFor('zh')).spoken).toBe('2026年11月25日, 没有检测');
});
