import type { ChannelBalance } from '../src/analysis/balance/balance-view.ts';

const hourS = 3600;
const dayS = 24 * hourS;

/** A month of a balance that falls, is topped up, and falls by more than the counts explain. For pictures. */
export function sampleBalance(item: ChannelBalance, nowS: number): ChannelBalance {
  const points = Array.from({ length: 30 * 8 }, (_, index) => {
    const at = nowS - (30 * 8 - index) * 3 * hourS;
    const days = index / 8;
    const wave = 3 * Math.sin(index / 4);
    const toppedUp = days > 17 ? 100 : 0;
    return { at, amount: 112 - days * 6.2 + wave + toppedUp - 8, used: days * 6.2 };
  });
  const amount = points.at(-1)?.amount ?? 0;
  const told = {
    amount,
    unit: 'USD',
    at: nowS - 300,
    source: 'new_api',
    expires_at: null,
  } as const;
  const days_left = amount / 6.2;
  const multipliers = [
    { group: 'default', value: 1 },
    { group: 'vip', value: 0.8 },
  ];
  const day = (ago: number, charged: number, counted: number) => {
    const from = nowS - (nowS % dayS) - ago * dayS;
    return { from, to: from + dayS, charged, counted, unpriced: ago === 2 ? 3 : 0 };
  };
  const key = {
    ...{ ...told, name: '', per_usd: 1, granted: null, used: 186, days_left },
    ...{ spent_per_day: 6.2, fell_last_day: 6.4, fell_usual_day: 6.1 },
  };
  return {
    ...item,
    balance: { ...told, unlimited: false, days_left, is_low: true, multipliers },
    ...{ fault: null, message: null, asked_at: nowS - 300, multipliers },
    source: 'new_api',
    due_at: nowS + 1500,
    keys: [key],
    series: [{ name: '', unit: 'USD', points, top_ups: [] }],
    books: {
      ...{ is_closed: true, reason: null },
      days: [day(3, 6.1, 5.9), day(2, 6.3, 5.8), day(1, 8.4, 6.1), day(0, 4.2, 3)],
      difference: { ...day(1, 8.53, 6.1), ratio: 1.4 },
    },
  };
}
