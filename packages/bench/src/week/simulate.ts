import { tokensPerQuestion } from '@api-monitor/core';
import { quantile } from '../gateway/figure.ts';
import { attemptLimit, type Policy, type Stage } from './policy.ts';
import type { Wanted } from './traffic.ts';
import { startS, type World, type WorldChannel, weekS } from './world.ts';

/** What a policy did in the week. */
export interface WeekResult {
  probes: number;
  tokens: number;
  requests: number;
  /** Sent to a channel that didn't answer, at first or at all. */
  metDead: number;
  /** Got no answer, from any channel. */
  unserved: number;
  /** Of these, requests that some channel would have answered. */
  needless: number;
  /** Outages in which clients used the model, and others; of one model of one channel each. */
  wanted: OutageTimes;
  unwanted: OutageTimes;
}

interface OutageTimes {
  outages: number;
  noticed: number;
  noticeS: Spread;
  recoverS: Spread;
}

interface Spread {
  median: number;
  p95: number;
}

/** Shorter ones aren't looked at one by one. */
const shortestOutageS = 60;
/** A model was in use if a client was sent there within this time before the outage. */
const inUseS = 1800;

/** Plays the week under one policy. */
export function simulate(
  world: World,
  traffic: readonly Wanted[],
  createPolicy: (world: World, stage: Stage) => Policy,
): WeekResult {
  const clock = createClock();
  const pairs = new Map<WorldChannel, Map<string, Pair>>(
    world.channels.map((channel) => [
      channel,
      new Map(channel.models.map((model) => [model, { changes: [], sentAt: [] }])),
    ]),
  );
  const result = { probes: 0, tokens: 0, requests: 0, metDead: 0, unserved: 0, needless: 0 };
  const policy = createPolicy(world, {
    at: clock.at,
    probed(isAnswered) {
      result.probes += 1;
      if (isAnswered) result.tokens += tokensPerQuestion(null);
    },
    knows(channel, model, isFailing, now) {
      const changes = pairs.get(channel)?.get(model)?.changes;
      if (changes && changes.at(-1)?.isFailing !== isFailing) changes.push({ at: now, isFailing });
    },
  });
  policy.start();
  for (const wanted of traffic) {
    clock.runUntil(wanted.at);
    result.requests += 1;
    let [isServed, hasMetDead] = [false, false];
    for (const channel of policy.choose(wanted).slice(0, attemptLimit)) {
      pairs.get(channel)?.get(wanted.model)?.sentAt.push(wanted.at);
      isServed = world.faultAt(channel, wanted.model, wanted.at) === null;
      policy.met(channel, wanted, isServed);
      if (isServed) break;
      hasMetDead = true;
    }
    if (hasMetDead) result.metDead += 1;
    if (isServed) continue;
    result.unserved += 1;
    if (couldBeServed(world, wanted)) result.needless += 1;
  }
  clock.runUntil(startS + weekS);
  return { ...result, ...timesOf(world, pairs) };
}

function couldBeServed({ channels, faultAt }: World, { model, channelId, at }: Wanted): boolean {
  return channels.some(
    (channel) =>
      (channelId === null || channel.id === channelId) &&
      channel.models.includes(model) &&
      faultAt(channel, model, at) === null,
  );
}

interface Pair {
  changes: { at: number; isFailing: boolean }[];
  sentAt: number[];
}

/** Runs what is due in the order of its time. */
function createClock() {
  const heap: { at: number; act: (now: number) => void }[] = [];
  const swap = (a: number, b: number) => {
    const [one, other] = [heap[a], heap[b]];
    if (one && other) [heap[a], heap[b]] = [other, one];
  };
  const timeOf = (place: number) => heap[place]?.at ?? Number.POSITIVE_INFINITY;
  const push = (at: number, act: (now: number) => void) => {
    let place = heap.push({ at, act }) - 1;
    while (place > 0 && timeOf((place - 1) >> 1) > at) {
      swap(place, (place - 1) >> 1);
      place = (place - 1) >> 1;
    }
  };
  const pop = () => {
    swap(0, heap.length - 1);
    const first = heap.pop();
    for (let place = 0; ; ) {
      const [left, right] = [2 * place + 1, 2 * place + 2];
      const least = timeOf(right) < timeOf(left) ? right : left;
      if (timeOf(least) >= timeOf(place)) return first;
      swap(place, least);
      place = least;
    }
  };
  let now = startS;
  return {
    at: (time: number, act: (now: number) => void) => push(Math.max(time, now), act),
    runUntil(time: number): void {
      while (timeOf(0) <= time) {
        const next = pop();
        if (!next) break;
        now = next.at;
        next.act(now);
      }
      now = time;
    },
  };
}

function timesOf(world: World, pairs: ReadonlyMap<WorldChannel, ReadonlyMap<string, Pair>>) {
  const found = { wanted: noTimes(), unwanted: noTimes() };
  for (const channel of world.channels) {
    for (const [model, pair] of pairs.get(channel) ?? []) {
      for (const outage of outagesOf(channel, model)) {
        const isWanted = pair.sentAt.some((at) => at < outage.from && at > outage.from - inUseS);
        add(found[isWanted ? 'wanted' : 'unwanted'], pair, outage);
      }
    }
  }
  return { wanted: timesFrom(found.wanted), unwanted: timesFrom(found.unwanted) };
}

const noTimes = () => ({ outages: 0, noticeS: [] as number[], recoverS: [] as number[] });

function add(
  times: ReturnType<typeof noTimes>,
  { changes }: Pair,
  { from, to }: { from: number; to: number },
): void {
  times.outages += 1;
  const before = changes.findLast(({ at }) => at <= from);
  const failing = changes.find(({ at, isFailing }) => isFailing && at > from && at < to);
  const noticedAt = before?.isFailing ? from : failing?.at;
  if (noticedAt === undefined) return;
  times.noticeS.push(noticedAt - from);
  if (to >= startS + weekS) return;
  const atEnd = changes.findLast(({ at }) => at <= to);
  const working = changes.find(({ at, isFailing }) => !isFailing && at > to);
  const recoveredAt = atEnd?.isFailing ? working?.at : to;
  if (recoveredAt !== undefined) times.recoverS.push(recoveredAt - to);
}

function timesFrom({ outages, noticeS, recoverS }: ReturnType<typeof noTimes>): OutageTimes {
  const spread = (values: number[]) => ({
    median: quantile(values, 0.5),
    p95: quantile(values, 0.95),
  });
  return {
    ...{ outages, noticed: noticeS.length },
    ...{ noticeS: spread(noticeS), recoverS: spread(recoverS) },
  };
}

/** The outages of one model of a channel; those that overlap are one. */
function outagesOf(channel: WorldChannel, model: string): { from: number; to: number }[] {
  const merged: { from: number; to: number }[] = [];
  const own = channel.outages.filter((one) => one.model === null || one.model === model);
  for (const { from, to } of own.toSorted((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last && from <= last.to) last.to = Math.max(last.to, to);
    else merged.push({ from, to });
  }
  return merged.filter(({ from, to }) => to - from >= shortestOutageS && from < startS + weekS);
}
