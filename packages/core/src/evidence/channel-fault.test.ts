import { expect, test } from 'vitest';
import {
  busyUntilOf,
  type ChannelFault,
  needsRunWhenBack,
  nextFault,
  outageOf,
} from './channel-fault.ts';
import { type Finding, findingOutcomes, findingScopes } from './finding.ts';

type Shown = Parameters<typeof nextFault>[1];

const intervalS = 1800;
const limit = (fields: Partial<Shown> = {}): Shown => ({
  ...{ outcome: 'failure', kind: 'rate_limit', scope: 'channel', message: 'HTTP 429: slow down' },
  ...{ by: 'traffic', began_at: 99, at: 100, retry_after_s: null },
  ...fields,
});
const next = (before: ChannelFault | null, fields: Partial<Shown> = {}) =>
  nextFault(before, limit(fields), { model: 'm', intervalS });
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

test('any answer to a later request ends it, a probe’s or a client’s', () => {
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
  expect(busyUntilOf(nextFault(null, ahead, { model: 'm', intervalS }), 100)).toBeNull();
});

const unreached = (model: string, at: number, fields: Partial<Shown> = {}) => ({
  model,
  ...limit({ kind: 'network', scope: 'model', message: 'connection refused', is_unreached: true }),
  ...later(at, fields),
});
const met = (...findings: ReturnType<typeof unreached>[]) =>
  findings.reduce<ChannelFault | null>(
    (before, { model, ...one }) => nextFault(before, one, { model, intervalS }),
    null,
  );
const suspicion = met(unreached('a', 100));
const unreachable = met(unreached('a', 100), unreached('b', 101));

test('no connection for one model, however often, is only suspicious', () => {
  const often = met(unreached('a', 100), unreached('a', 102), unreached('a', 105));
  for (const fault of [suspicion, often]) {
    expect(outageOf(fault)).toBeNull();
    expect(busyUntilOf(fault, 100)).toBeNull();
    expect(fault?.rest_until).toBe(fault?.found_at);
  }
  expect(often).toMatchObject({ since: 100, found_at: 105, unreached_models: ['a'] });
});

test('none for two models of a channel is its fault, with one cause and a short rest', () => {
  expect(outageOf(unreachable)).toEqual({
    ...{ kind: 'network', error: 'connection refused', since: 100, found_at: 101 },
    ...{ failures: 1, rest_until: 102, unreached_models: ['a', 'b'] },
  });
  const together = met(unreached('a', 100), unreached('b', 100.1, { began_at: 99 }));
  expect(outageOf(together)).toMatchObject({ since: 100, rest_until: 101.1 });
  const heardLate = met(unreached('a', 101), unreached('b', 100));
  expect(outageOf(heardLate)).toMatchObject({ since: 100, found_at: 101, rest_until: 102 });
});

test('its rests double while nothing can be reached', () => {
  const rests: number[] = [];
  let fault = unreachable;
  for (let at = 102; rests.length < 8; at = fault?.rest_until ?? 0) {
    const { model, ...one } = unreached(rests.length % 2 ? 'a' : 'c', at);
    fault = nextFault(fault, one, { model, intervalS });
    rests.push((fault?.rest_until ?? 0) - at);
  }
  expect(rests).toEqual([2, 4, 8, 16, 30, 60, 120, 240]);
  expect(fault).toMatchObject({ since: 100, unreached_models: ['a', 'b'] });
});

test('a burst is one, and so is what a probe meets', () => {
  expect(next(unreachable, unreached('c', 101.5, { began_at: 100.5 }))).toBe(unreachable);
  const silent = { kind: 'timeout', scope: 'model', message: 'timed out' } as const;
  expect(next(unreachable, { ...silent, ...later(102), by: 'recheck' })).toMatchObject({
    ...{ kind: 'network', failures: 2, rest_until: 104, unreached_models: ['a', 'b'] },
  });
  expect(next(unreachable, { ...silent, ...later(102) })).toBe(unreachable);
});

test('two that are far apart, or with an answer between them, are not one fault', () => {
  expect(outageOf(met(unreached('a', 100), unreached('b', 110)))).not.toBeNull();
  expect(met(unreached('a', 100), unreached('b', 110.1))).toMatchObject({
    ...{ since: 110.1, unreached_models: ['b'] },
  });
  const success = { outcome: 'success', kind: null, scope: 'route', began_at: 90 } as const;
  expect(next(suspicion, { ...success, at: 100.5 })).toBeNull();
  expect(next(suspicion, { ...success, at: 99 })).toBe(suspicion);
});

test('only a client’s request that got no connection begins it', () => {
  for (const outcome of findingOutcomes.filter((one) => one !== 'success')) {
    for (const scope of ['route', 'model'] as const) {
      for (const status of [undefined, 503]) {
        const one = { outcome, scope, kind: 'upstream', status, ...later(101) } as const;
        expect(next(null, one)).toBeNull();
        expect(next(suspicion, one)).toBe(status === undefined ? suspicion : null);
        // Of a stream that broke off in the outage.
        expect(next(suspicion, { ...one, began_at: 99 })).toBe(suspicion);
      }
    }
  }
});

test('any answer to a later request ends it, whatever it says, a probe’s or a client’s', () => {
  for (const by of ['traffic', 'run', 'recheck'] as const) {
    for (const outcome of findingOutcomes) {
      for (const scope of ['route', 'model'] as const) {
        const answer = { outcome, scope, by, kind: 'upstream', status: 503 } as const;
        expect(next(unreachable, { ...answer, ...later(102) })).toBeNull();
        expect(next(unreachable, { ...answer, began_at: 100, at: 102 })).toBe(unreachable);
      }
    }
  }
  expect(next(unreachable, { status: 429, ...later(102) })).toMatchObject({
    ...{ kind: 'rate_limit', since: 102, failures: 1, rest_until: 103 },
  });
});

test('a fault that an answer reports replaces one without connections, and keeps its start', () => {
  const answered = next(unreachable, { ...quota, status: 402, ...later(102) });
  expect(answered).toMatchObject({ kind: 'quota', since: 100, failures: 6, rest_until: 132 });
  expect(answered).not.toHaveProperty('unreached_models');
  expect(next(answered, unreached('a', 140))).toBe(answered);
  const byRun = next(unreachable, {
    kind: 'network',
    message: 'refused',
    by: 'run',
    ...later(102),
  });
  expect(byRun).toMatchObject({ failures: 6, rest_until: 132, unreached_models: ['a', 'b'] });
});

test('after a moment without connections the channel needs no run, after minutes it does', () => {
  const first = outageOf(unreachable);
  expect(first && needsRunWhenBack(first)).toBe(false);
  expect(first && needsRunWhenBack({ ...first, failures: 6 })).toBe(true);
  const noCredit = next(null, quota);
  expect(noCredit && needsRunWhenBack(noCredit)).toBe(true);
});
