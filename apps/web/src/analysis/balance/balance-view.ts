import type { InferResponseType } from 'hono/client';
import type { ApiClient } from '../../api/client.ts';
import { multiplierOffers } from '../../channel-form/multiplier-offers.ts';
import type { ChartSketch, Series } from '../../charts/chart-sketch.ts';
import { formatBalance, formatDaysLeft } from '../../format/balance.ts';
import { formatExactTime, formatMoment, formatUtcDay } from '../../format/time.ts';
import type { Translator } from '../../i18n/translate.ts';

/** What the API says about a channel's balance. */
export type ChannelBalance = InferResponseType<
  ApiClient['api']['targets'][':id']['balance']['$get'],
  200
>['item'];

export interface BalanceFact {
  label: string;
  value: string;
  isBad: boolean;
}

/** What is left, and how fast it goes, ready to print. */
export function balanceFacts(item: ChannelBalance, translator: Translator): BalanceFact[] {
  const { balance } = item;
  if (!balance) return [];
  const { t } = translator;
  const fact = (label: string, value: string, isBad = false): BalanceFact => {
    return { label, value, isBad };
  };
  const perDay = item.keys.flatMap(({ spent_per_day }) => spent_per_day ?? []);
  const rate = perDay.length > 0 ? perDay.reduce((sum, one) => sum + one, 0) : null;
  const days = formatDaysLeft(balance.days_left, translator);
  return [
    fact(
      t('analysis.balance'),
      formatBalance(balance.amount, balance.unit, translator),
      balance.is_low,
    ),
    fact(
      t('analysis.balance.rate'),
      rate === null ? '—' : formatBalance(rate, balance.unit, translator),
    ),
    fact(t('analysis.balance.days'), days || '—', balance.is_low && days !== ''),
    ...(balance.expires_at === null
      ? []
      : [fact(t('analysis.balance.expires'), formatExactTime(balance.expires_at, translator))]),
  ];
}

/** When it was told, or why nothing is. */
export function balanceNote(item: ChannelBalance, translator: Translator): string {
  const { t } = translator;
  const { balance, fault, message, due_at, asked_at } = item;
  if (due_at === null) return t('analysis.balance.off');
  if (fault) {
    const why = t(`analysis.balance.fault.${fault}`);
    return message && fault !== 'absent' ? t('analysis.balance.why', { why, message }) : why;
  }
  if (!balance || asked_at === null) return t('analysis.balance.not_asked');
  return t('analysis.balance.told', { time: formatExactTime(asked_at, translator) });
}

/** The chart has so many steps, each with what was left at its end. */
const chartSteps = 96;

interface Shown {
  fromS: number;
  toS: number;
}

/** Each key's balance over time; of a key without a limit, what was used. null if there is too little. */
export function balanceChart(
  { series }: ChannelBalance,
  { fromS, toS }: Shown,
  translator: Translator,
): ChartSketch | null {
  const shown = series.filter(({ points }) => points.length > 1).slice(0, 6);
  if (shown.length === 0) return null;
  const stepS = (toS - fromS) / chartSteps;
  const times = Array.from({ length: chartSteps }, (_, index) => fromS + (index + 1) * stepS);
  const isDaily = toS - fromS > 14 * 86_400;
  return {
    kind: 'line',
    unit: 'amount',
    labels: times.map((at) =>
      isDaily ? formatUtcDay(at, translator) : formatMoment(at, translator),
    ),
    exact: times.map((at) => formatExactTime(at, translator)),
    series: shown.map(
      ({ name, unit, points }, color): Series => ({
        name: name === '' ? unitText(unit, translator) : name,
        color,
        isDashed: false,
        values: times.map((at) => {
          const point = points.findLast((one) => one.at <= at);
          return point ? (point.amount ?? point.used) : null;
        }),
      }),
    ),
  };
}

function unitText(unit: ChannelBalance['series'][number]['unit'], { t }: Translator): string {
  return unit === 'USD' || unit === 'CNY' ? unit : t(`analysis.balance.unit.${unit}`);
}

export interface BookLine {
  key: number;
  day: string;
  charged: string;
  counted: string;
  ratio: string;
  unpriced: string;
}

/** The days of the books, newest first, ready to print. */
export function bookLines({ books }: ChannelBalance, translator: Translator): BookLine[] {
  const { t, formats } = translator;
  return books.days.toReversed().map(({ from, charged, counted, unpriced }) => ({
    key: from,
    day: formatUtcDay(from, translator),
    charged: formatBalance(charged, 'USD', translator),
    counted: formatBalance(counted, 'USD', translator),
    ratio: counted > 0 ? t('balance.times', { number: (charged / counted).toFixed(2) }) : '—',
    unpriced: unpriced > 0 ? formats.number.format(unpriced) : '',
  }));
}

/** What the books of the last day show, in a sentence. */
export function bookText({ books }: ChannelBalance, translator: Translator): string {
  const { t } = translator;
  const { difference, reason } = books;
  if (reason) return reason === 'no_balance' ? '' : t(`analysis.books.${reason}`);
  if (!difference) return t('analysis.books.none');
  const { ratio, charged, counted } = difference;
  return t('analysis.books.difference', {
    ratio: ratio.toFixed(1),
    charged: formatBalance(charged, 'USD', translator),
    counted: formatBalance(counted, 'USD', translator),
  });
}

/** The multipliers that the relay says, other than the one in force. */
export function balanceOffers(
  { multipliers, price_multiplier }: ChannelBalance,
  translator: Translator,
) {
  return multiplierOffers(multipliers, String(price_multiplier), translator);
}
