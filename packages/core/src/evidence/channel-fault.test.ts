import { expect, test } from 'vitest';
import { busyUntilOf, type ChannelFault, nextFault, outageOf } from './channel-fault.ts';
import { type Finding, findingOutcomes, findingScopes } from './finding.ts';

type Shown = Parameters<typeof nextFault>[1];

const intervalS = 1800;
const limit = (fields: Partial<Shown> = {}): Shown => ({
  ...{ outcome: 'failure', kind: 'rate_limit', scope: 'channel', message: 'HTTP 429: slow down' },
  ...{ by: 'traffic', began_at: 99, at: 100, retry_after_s: null },
  ...fields,
});
const next = (before: ChannelFault | null, fields: Partial<Shown> = {}) =>
  nextFault(before, limit(fields), intervalS);
const later = (at: number, fields: Partial<Shown> = {}) => ({ began_at: at, at, ...fields });
const quota = { kind: 'quota', message: 'no credit' } as const;

test('too many requests make a channel busy for a moment, which withdraws nothing', () => {
  const busy = next(null);
  expect(busy).toMatchObject({ kind: 'rate_limit', since: 100, failures: 1, rest_until: 101 });
  expect(outageOf(busy)).toBeNull();
  expect(busyUntilOf(busy, 100.5)).toBe(101);
  expect(busyUntilOf(busy, 101)).toBeNull();
});

test('its rests double while it complains, and last as long as it says, within a minute', () => {
  const rests: number[] = [];
  let fault: ChannelFault | null = null;
  for (let at = 100; rests.length < 8; at = fault?.rest_until ?? 0) {
    fault = next(fault, later(at));
    rests.push((fault?.rest_until ?? 0) - at);
  }
  expect(rests).toEqual([1, 2, 4, 8, 16, 32, 32, 32]);
  expect(next(null, { retry_after_s: 20 })?.rest_until).toBe(120);
  expect(next(null, { retry_after_s: 86_400 })?.rest_until).toBe(160);
});

test('a burst is one complaint, and one long after the last starts again', () => {
  const busy = next(null);
  expect(next(busy, { began_at: 99.5, at: 100.5 })).toBe(busy);
  expect(next(busy, later(500))).toMatchObject({ since: 500, failures: 1, rest_until: 501 });
});

test('any answer that was asked for since ends it, whoever got it', () => {
  const busy = next(null);
  const success = { outcome: 'success', kind: null, scope: 'route' } as const;
  expect(next(busy, { ...success, began_at: 99, at: 101 })).toBe(busy);
  for (const by of ['traffic', 'run', 'recheck'] as const) {
    expect(next(busy, { ...success, ...later(101), by })).toBeNull();
  }
});

test('nothing else moves it, and a fault of the whole channel outweighs it', () => {
  const busy = next(null);
  const others = findingOutcomes
    .filter((outcome) => outcome !== 'success')
    .flatMap((outcome) => findingScopes.map((scope) => ({ outcome, scope })))
    .filter(({ outcome, scope }) => outcome !== 'failure' || scope !== 'channel');
  for (const one of others) {
    for (const by of ['traffic', 'run', 'recheck'] as const satisfies Finding['by'][]) {
      expect(next(busy, { ...one, kind: 'upstream', ...later(101), by })).toBe(busy);
      expect(next(busy, { ...one, ...later(101), by })).toBe(busy);
    }
  }
  const outage = next(busy, { ...quota, ...later(101) });
  expect(outage).toMatchObject({ kind: 'quota', since: 101, failures: 6, rest_until: 131 });
  expect(next(outage, later(140))).toBe(outage);
  expect(next(outage, { ...later(140), by: 'recheck' })).toMatchObject({
    ...{ kind: 'quota', failures: 7, rest_until: 200 },
  });
});

test('one from a wrong clock’s future keeps nobody away', () => {
  const ahead = { ...limit(), at: 100 + 259_200 };
  expect(busyUntilOf(nextFault(null, ahead, intervalS), 100)).toBeNull();
});
