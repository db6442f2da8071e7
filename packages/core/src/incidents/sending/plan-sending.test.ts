import { expect, test } from 'vitest';
import { planSending, type WaitingNotice } from './plan-sending.ts';

const notice = (id: number, fields: Partial<WaitingNotice> = {}) => {
  return { id, created_at: 100, due_at: 100, ...fields };
};
const webhook = { kind: 'webhook', per_minute: 0 };
const plan = (
  waiting: WaitingNotice[],
  { destination = webhook, sentAt = [] as number[], nowS = 100 } = {},
) => planSending(waiting, { destination, sentAt, nowS });

test('one after another is sent, the oldest first', () => {
  expect(plan([notice(2), notice(1)])).toEqual({ kind: 'send', ids: [1] });
  expect(plan([])).toEqual({ kind: 'wait', until: null });
});

test('what isn’t due yet waits', () => {
  expect(plan([notice(1, { due_at: 500 }), notice(2, { due_at: 300 })])).toEqual({
    kind: 'wait',
    until: 300,
  });
});

test('what waited for the end of quiet hours becomes one digest, together with what is new', () => {
  const held = [notice(1, { due_at: 300 }), notice(2, { due_at: 300 })];
  const fresh = notice(3, { created_at: 299, due_at: 299 });
  expect(plan([...held, fresh], { nowS: 300 })).toEqual({ kind: 'send', ids: [3, 1, 2] });
  expect(plan([notice(1, { due_at: 300 }), fresh], { nowS: 300 })).toEqual({
    kind: 'send',
    ids: [3],
  });
});

test('a vendor’s limit holds notices back, and what it has no room for becomes a digest', () => {
  const destination = { kind: 'dingtalk', per_minute: 0 };
  const sentAt = Array.from({ length: 20 }, (_, index) => 60 + index);
  const waiting = [notice(1), notice(2), notice(3)];
  expect(plan(waiting, { destination, sentAt })).toEqual({ kind: 'wait', until: 120 });
  expect(plan(waiting, { destination, sentAt, nowS: 120 })).toEqual({
    kind: 'send',
    ids: [1, 2, 3],
  });
  expect(plan(waiting, { destination, sentAt, nowS: 125 })).toEqual({ kind: 'send', ids: [1] });
});

test('of two limits the one that is reached counts', () => {
  const destination = { kind: 'feishu', per_minute: 0 };
  const burst = [99.2, 99.3, 99.4, 99.5, 99.6];
  expect(plan([notice(1)], { destination, sentAt: burst })).toEqual({ kind: 'wait', until: 100.2 });
});

test('the operator may set a lower limit', () => {
  const destination = { kind: 'webhook', per_minute: 2 };
  expect(plan([notice(1)], { destination, sentAt: [50, 90] })).toEqual({
    kind: 'wait',
    until: 110,
  });
});

test('a destination that keeps a list of incidents gets no digest', () => {
  const held = [notice(1, { due_at: 300 }), notice(2, { due_at: 300 })];
  const destination = { kind: 'pagerduty', per_minute: 0 };
  expect(plan(held, { destination, nowS: 300 })).toEqual({ kind: 'send', ids: [1] });
});
