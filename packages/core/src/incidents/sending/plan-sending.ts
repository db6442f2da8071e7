import { type Destination, tracksIncidents } from './destination.ts';

/** So many notices in so many seconds. */
interface Rate {
  count: number;
  perS: number;
}

/**
 * What the vendors allow. Feishu: open.larkoffice.com, custom bots; DingTalk: 20 a minute, then blocked for
 * ten; WeCom: developer.work.weixin.qq.com/document/path/99110; Telegram: core.telegram.org/bots/faq;
 * Discord: 30 a minute for a webhook; Slack: api.slack.com/apis/rate-limits.
 */
const vendorRates: Readonly<Record<string, readonly Rate[]>> = {
  feishu: [
    { count: 5, perS: 1 },
    { count: 100, perS: 60 },
  ],
  dingtalk: [{ count: 20, perS: 60 }],
  wecom: [{ count: 20, perS: 60 }],
  telegram: [{ count: 30, perS: 1 }],
  discord: [{ count: 30, perS: 60 }],
  slack: [{ count: 1, perS: 1 }],
};
const otherRate: readonly Rate[] = [{ count: 60, perS: 60 }];

/** A notice that waits to be sent. */
export interface WaitingNotice {
  id: number;
  created_at: number;
  due_at: number;
}

export type SendingPlan =
  | { kind: 'wait'; until: number | null }
  /** One is sent as it is; several become one digest. */
  | { kind: 'send'; ids: readonly number[] };

/**
 * What to send to a destination now. Notices that waited for the end of quiet hours are told together, and
 * so is everything that waits if the vendor doesn't allow that many. `sentAt`: when notices were sent to it.
 */
export function planSending(
  waiting: readonly WaitingNotice[],
  { sentAt, destination, nowS }: SendingContext,
): SendingPlan {
  const due = waiting
    .filter(({ due_at }) => due_at <= nowS)
    .toSorted((a, b) => a.due_at - b.due_at || a.id - b.id);
  const [first] = due;
  if (!first) {
    const times = waiting.map(({ due_at }) => due_at);
    return { kind: 'wait', until: times.length > 0 ? Math.min(...times) : null };
  }
  const rates = ratesOf(destination);
  const freeAt = Math.max(nowS, ...rates.map((rate) => freeAgainAt(rate, sentAt, nowS)));
  if (freeAt > nowS) return { kind: 'wait', until: freeAt };
  if (tracksIncidents(destination)) return { kind: 'send', ids: [first.id] };
  const ids = due.map(({ id }) => id);
  const wereHeld = due.filter(({ created_at, due_at }) => due_at > created_at);
  if (wereHeld.length > 1) return { kind: 'send', ids };
  const room = Math.min(...rates.map((rate) => rate.count - sentWithin(rate, sentAt, nowS)));
  return { kind: 'send', ids: ids.length > room ? ids : [first.id] };
}

export interface SendingContext {
  sentAt: readonly number[];
  destination: Pick<Destination, 'kind' | 'per_minute'>;
  nowS: number;
}

function ratesOf({ kind, per_minute }: SendingContext['destination']): readonly Rate[] {
  return per_minute > 0 ? [{ count: per_minute, perS: 60 }] : (vendorRates[kind] ?? otherRate);
}

function sentWithin({ perS }: Rate, sentAt: readonly number[], nowS: number): number {
  return sentAt.filter((at) => nowS - at < perS).length;
}

function freeAgainAt(rate: Rate, sentAt: readonly number[], nowS: number): number {
  const recent = sentAt.filter((at) => nowS - at < rate.perS).toSorted((a, b) => a - b);
  const oldest = recent.at(-rate.count);
  return oldest === undefined ? nowS : oldest + rate.perS;
}
