import type { Finding } from '@api-monitor/core';
import { expect, test } from 'vitest';
import { boardOf, entry, finding, unlimitedKey as key } from '../../test/test-board.ts';
import { createResolver } from '../request/resolve-candidates.ts';
import { createAffinity } from './affinity.ts';
import { createLiveEvidence } from './live-evidence.ts';

/** How a channel fails, and what a client's request to it shows. */
const faults = {
  reset: { afterS: 0.01, shows: { kind: 'network', message: 'connection reset' } },
  'http 503': { afterS: 0.05, shows: { message: 'HTTP 503' } },
  'http 429': { afterS: 0.05, shows: { kind: 'rate_limit', message: 'HTTP 429' } },
  'http 429, retry-after 2': {
    afterS: 0.05,
    shows: { kind: 'rate_limit', message: 'HTTP 429', retry_after_s: 2 },
  },
  silence: { afterS: 10, shows: { kind: 'timeout', message: 'no first byte within 10 s' } },
} as const satisfies Record<string, { afterS: number; shows: Partial<Finding> }>;
type Fault = keyof typeof faults;

const startS = 100_000;
const answerS = 0.3;

/** A clock that runs from event to event. */
function createTimeline() {
  const due: { at: number; act: () => void }[] = [];
  const clock = { now: startS };
  return {
    clock,
    in: (delayS: number, act: () => void) => void due.push({ at: clock.now + delayS, act }),
    run() {
      for (;;) {
        due.sort((a, b) => a.at - b.at);
        const next = due.shift();
        if (!next) return;
        clock.now = next.at;
        next.act();
      }
    },
  };
}

/**
 * Clients ask for one model, four a second, through the gateway's board, while its first channel is out.
 * They try again as the official SDKs do: twice, after `retry-after` or half a second, doubling.
 */
function simulate(fault: Fault, outageS: number, channels: number) {
  const { clock, in: later, run } = createTimeline();
  const models = { m: { evidence: [entry('chat', startS - 60)] } };
  const board = boardOf(...Array.from({ length: channels }, (_, at) => ({ id: at + 1, models })));
  const nowS = () => clock.now;
  const live = createLiveEvidence({ board, nowS, publish: () => {}, publishPeriodMs: 100 });
  const resolve = createResolver({
    ...{ board, live, affinity: createAffinity(nowS), nowS },
    ...{ random: () => 0, issuers: { of: () => null } },
  });
  const outage = { from: startS + 2, to: startS + 2 + outageS };
  const seen = { failed: 0, refusedAsGone: 0, lastFailedAt: 0, sent: 0, slowestS: 0 };

  const forward = (ids: readonly number[], done: (isServed: boolean) => void): void => {
    const [id, ...others] = ids;
    if (id === undefined) {
      done(false);
      return;
    }
    const start = live.begin(offerOf(id), 'chat', key.id);
    if (start === 'resting') {
      forward(others, done);
      return;
    }
    const sentAt = clock.now;
    const isOut = id === 1 && sentAt >= outage.from && sentAt < outage.to;
    if (isOut) seen.sent += 1;
    later(isOut ? faults[fault].afterS : answerS, () => {
      const shows = isOut ? faults[fault].shows : { outcome: 'success' as const };
      live.take(offerOf(id), finding(clock.now, { began_at: sentAt, ...shows }), key.id);
      if (start === 'trial') live.endTrial(offerOf(id), 'chat');
      if (isOut) forward(others, done);
      else done(true);
    });
  };
  const offerOf = (id: number) => {
    const offer = board.targetById(id)?.models.get('m');
    if (!offer) throw new Error('no such offer');
    return offer;
  };
  const ask = (beganAt: number, attempt = 0): void => {
    const resolution = resolve({
      ...{
        key,
        model: 'm',
        route: 'chat',
        pinnedTargetId: null,
        conversationOf: () => null,
        carried: [],
      },
    });
    const again = (waitS: number) => {
      if (attempt < 2) later(waitS, () => ask(beganAt, attempt + 1));
      else {
        seen.failed += 1;
        seen.lastFailedAt = clock.now;
      }
    };
    const usualS = 0.5 * 2 ** attempt;
    if (!resolution.ok) {
      if (resolution.error.status === 404) seen.refusedAsGone += 1;
      again(resolution.error.retryAfterS ?? usualS);
      return;
    }
    forward(
      resolution.choices.map(({ entry: { target } }) => target.id),
      (isServed) => {
        if (isServed) seen.slowestS = Math.max(seen.slowestS, clock.now - beganAt);
        else again(usualS);
      },
    );
  };
  for (let at = 0; at < 4 * (outageS + 60); at += 1) later(at / 4, () => ask(clock.now));
  run();
  return { ...seen, overAfterS: Math.max(0, seen.lastFailedAt - outage.from) };
}

const lengths = [0.2, 1, 5, 30] as const;
const kinds = ['reset', 'http 503', 'http 429', 'http 429, retry-after 2', 'silence'] as const;
const table = lengths.flatMap((outageS) => kinds.map((fault) => [outageS, fault] as const));
/** By when an outage must be over for clients, in seconds from its start. */
const overByS = { 0.2: 3, 1: 3, 5: 10, 30: 65 };

test.each(table)('an outage of %d s (%s) of the only channel is soon over', (outageS, fault) => {
  const { overAfterS, refusedAsGone, sent } = simulate(fault, outageS, 1);
  const toldS = fault === 'silence' ? faults.silence.afterS : 0;
  expect(overAfterS).toBeLessThanOrEqual(overByS[outageS] + toldS);
  expect(refusedAsGone).toBe(0);
  // Requests that were under way together, then one at a time.
  expect(sent).toBeLessThan(fault === 'silence' ? 60 : 12);
});

test.each(table)('with a second channel no client notices %d s of %s', (outageS, fault) => {
  const { failed, slowestS } = simulate(fault, outageS, 2);
  expect(failed).toBe(0);
  expect(slowestS).toBeLessThan(fault === 'silence' ? 10.5 : 1);
});

test('an SDK’s two retries bridge a second', () => {
  for (const fault of kinds) {
    if (fault !== 'silence') expect(simulate(fault, 1, 1).failed, fault).toBeLessThanOrEqual(4);
  }
});
