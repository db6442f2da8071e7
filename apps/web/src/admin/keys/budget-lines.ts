import type { KeyBudget } from '../../api/wire-types.ts';
import { formatMoney } from '../../format/money.ts';
import { formatMoment } from '../../format/time.ts';
import type { Translator } from '../../i18n/translate.ts';

interface Context {
  /** What money is called. */
  currency: string;
  /** From this percentage on, the line warns. */
  alertPercent: number;
}

/** What a key has used of its budgets, a line for each, with the share for a bar. */
export function budgetLines(
  budgets: readonly KeyBudget[],
  { currency, alertPercent }: Context,
  translator: Translator,
) {
  const { language, t } = translator;
  const compact = new Intl.NumberFormat(language, {
    ...{ notation: 'compact', maximumFractionDigits: 1 },
  });
  return budgets.map(({ unit, period, limit, used, resets_at }) => {
    const share = Math.min(1, used / limit);
    const amount = (value: number) =>
      unit === 'cost' ? formatMoney(value, currency, language) : compact.format(value);
    const values = { used: amount(used), limit: amount(limit), left: amount(left(limit, used)) };
    const resets = resets_at === null ? null : formatMoment(resets_at, translator);
    return {
      id: `${unit}-${period}`,
      text: t(`admin.budget.${unit}.${period}`, values),
      leftText:
        resets === null
          ? t('admin.budget.left', values)
          : t('admin.budget.left_until', { ...values, time: resets }),
      share,
      tone: used >= limit ? 'bad' : share * 100 >= alertPercent ? 'warn' : 'ok',
    };
  });
}

function left(limit: number, used: number): number {
  return Math.max(0, limit - used);
}
