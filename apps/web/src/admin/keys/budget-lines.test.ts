import { expect, it } from 'vitest';
import type { KeyBudget } from '../../api/wire-types.ts';
import { admin as en } from '../../i18n/en/admin.ts';
import { translatorFor } from '../../i18n/translate.ts';
import { admin as zh } from '../../i18n/zh/admin.ts';
import { budgetLines } from './budget-lines.ts';

const context = { currency: 'USD', alertPercent: 80 };
const budget: KeyBudget = {
  ...({ unit: 'cost', period: 'month' } as const),
  ...{ key_id: 1, limit: 20, used: 12.4, started_at: 0, resets_at: 1_800_000_000 },
};

it('says what is used, what is left and until when, in both languages', () => {
  const english = translatorFor('en', { en, zh });
  const [month] = budgetLines([budget], context, english);
  expect(month).toMatchObject({ text: '$12.40 of $20.00 this month', share: 0.62, tone: 'ok' });
  expect(month?.leftText).toMatch(/^\$7\.60 left until Jan 1[45], /);
  const total = { ...budget, unit: 'tokens', period: 'total', limit: 2e6, used: 17e5 } as const;
  expect(budgetLines([{ ...total, resets_at: null }], context, english)).toMatchObject([
    { text: '1.7M of 2M tokens in all', leftText: '300K left', tone: 'warn' },
  ]);
  const spent = { ...budget, unit: 'requests', period: 'day', limit: 5, used: 7 } as const;
  const [day] = budgetLines([spent], context, translatorFor('zh', { en, zh }));
  expect(day).toMatchObject({ text: '今日请求 7 / 5', share: 1, tone: 'bad' });
  expect(day?.leftText).toMatch(/^剩余 0，/);
});
