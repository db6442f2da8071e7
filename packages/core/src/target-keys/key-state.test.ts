import { expect, test } from 'vitest';
import type { Finding } from '../evidence/finding.ts';
import { type Knowledge, nextKnowledge } from '../evidence/next-knowledge.ts';
import {
  areKeysWorthStoring,
  type KeyState,
  keyStandingOf,
  latestKeyState,
  newKeyState,
  nextKeyRecheck,
} from './key-state.ts';

const at = 1_800_000_000;
const context = { model: 'm', intervalS: 1800 };

function found(key: string, more: Partial<Finding> = {}): Finding {
  return {
    ...{ route: 'chat', outcome: 'success', kind: null, scope: 'route', message: null },
    ...{ by: 'traffic', began_at: at, at, first_token_s: null, is_wrong_answer: null },
    ...{ retry_after_s: null, key },
    ...more,
  };
}
const refused = (key: string, more: Partial<Finding> = {}) =>
  found(key, {
    ...{ outcome: 'failure', scope: 'channel', kind: 'auth', message: 'HTTP 401: revoked' },
    ...{ status: 401, began_at: at + 1, at: at + 1 },
    ...more,
  });
const limited = (key: string, more: Partial<Finding> = {}) =>
  refused(key, { kind: 'rate_limit', message: 'HTTP 429', status: 429, ...more });

/** What is known after these findings, of a channel whose model has just answered with the first key. */
function after(...findings: Finding[]): Knowledge {
  const states = ['a', 'b', 'c'].map(newKeyState);
  let known: Knowledge = { evidence: [], fault: null, keys: { enabled: ['a', 'b'], states } };
  for (const finding of [found('a'), ...findings]) known = nextKnowledge(known, finding, context);
  return known;
}
const standingsOf = ({ keys }: Knowledge, nowS = at + 2) =>
  keys?.states.map((state) => keyStandingOf(state, nowS));

test('a refused key fails, and the channel doesn’t while another key may be used', () => {
  const known = after(refused('a'));
  expect(standingsOf(known)).toEqual(['failed', 'unproven', 'unproven']);
  expect(known.fault).toBeNull();
  expect(known.evidence).toMatchObject([{ state: 'proven', failures: 0 }]);
});

test('the channel is at fault once no enabled key works', () => {
  const known = after(refused('a'), refused('b', { kind: 'quota', message: 'no credit' }));
  expect(standingsOf(known)).toEqual(['failed', 'failed', 'unproven']);
  expect(known.fault).toMatchObject({ kind: 'quota', error: 'no credit', failures: 6 });
});

test('a limited key rests as long as it says, and then counts again', () => {
  const known = after(limited('a', { retry_after_s: 90 }));
  expect(known).toMatchObject({ fault: null, evidence: [{ failures: 0 }] });
  expect(standingsOf(known)?.[0]).toBe('resting');
  expect(standingsOf(known, at + 62)?.[0]).toBe('resting');
  expect(standingsOf(known, at + 92)?.[0]).toBe('proven');
});

test('a channel whose keys all rest is busy until the first may be used again', () => {
  const known = after(limited('a', { retry_after_s: 20 }), limited('b', { retry_after_s: 50 }));
  expect(known.fault).toMatchObject({ kind: 'rate_limit', rest_until: at + 21 });
});

test('a channel whose keys fail or rest is only busy', () => {
  const known = after(limited('a', { retry_after_s: 20 }), refused('b'));
  expect(known.fault).toMatchObject({ kind: 'rate_limit', rest_until: at + 21 });
  expect(standingsOf(known)).toEqual(['resting', 'failed', 'unproven']);
});

test('an answer brings a key back, and the channel with it', () => {
  const down = after(refused('a'), refused('b'));
  const back = found('b', { began_at: at + 60, at: at + 61, by: 'recheck' });
  const known = nextKnowledge(down, back, context);
  expect(known.fault).toBeNull();
  expect(standingsOf(known)).toEqual(['failed', 'proven', 'unproven']);
  expect(known.keys && nextKeyRecheck(known.keys)).toMatchObject({ key: 'a' });
});

test('an answer that was asked for before the refusal shows nothing, nor does an older refusal', () => {
  const known = nextKnowledge(after(refused('a')), found('a', { at: at + 3 }), context);
  expect(standingsOf(known)?.[0]).toBe('failed');
  const late = nextKnowledge(after(), refused('a', { began_at: at - 9, at: at - 5 }), context);
  expect(standingsOf(late)?.[0]).toBe('proven');
});

test('what a gone or a disabled key meets says nothing about the channel', () => {
  expect(after(refused('gone'), refused('c'), refused('b'))).toMatchObject({ fault: null });
});

test('a failed key is asked less and less often, down to every six hours', () => {
  const start: KeyState = newKeyState('a');
  let keys = { enabled: ['a', 'b'], states: [start, newKeyState('b')] };
  const rests: number[] = [];
  let now = at;
  for (let times = 0; times < 14; times += 1) {
    const finding = refused('a', { by: 'recheck', began_at: now, at: now });
    const known = nextKnowledge({ evidence: [], fault: null, keys }, finding, context);
    keys = { enabled: keys.enabled, states: [...(known.keys?.states ?? [])] };
    const next = nextKeyRecheck(keys)?.at ?? now;
    rests.push(next - now);
    now = next;
  }
  expect(rests.slice(0, 3)).toEqual([30, 60, 120]);
  expect(rests.at(-1)).toBe(6 * 3600);
});

test('of two versions of a state the later one counts', () => {
  const stored: KeyState = { ...newKeyState('a'), proved_at: at };
  const [heard] = after(refused('a')).keys?.states ?? [];
  expect(latestKeyState(stored, heard, at + 9)).toBe(heard);
  expect(latestKeyState({ ...stored, proved_at: at + 5 }, heard, at + 9).fault).toBeNull();
});

test('a renewed proof is written every half minute at most, and a fault at once', () => {
  const proven = [{ ...newKeyState('a'), proved_at: at }];
  expect(areKeysWorthStoring(proven, [{ ...newKeyState('a'), proved_at: at + 29 }])).toBe(false);
  expect(areKeysWorthStoring(proven, [{ ...newKeyState('a'), proved_at: at + 30 }])).toBe(true);
  expect(areKeysWorthStoring(proven, after(refused('a')).keys?.states ?? [])).toBe(true);
});
