import { isAhead } from '../figures/clock-skew.ts';
import type { ErrorKind } from '../probes/error-kind.ts';

// Browsers import this file, so it must not import zod.

/** Of the time that something was watched, how long it could serve. Its share is the availability. */
export interface Availability {
  watched_s: number;
  served_s: number;
}

/**
 * A stretch of time in which a model was watched, and whether it could serve. A tuple, because the database
 * keeps many; the times are seconds since whatever moment the caller chose.
 */
export type WatchedTime = readonly [from: number, to: number, served: 0 | 1];

/** A probe that wasn't sent, or that only certain clients may send, says nothing about the model. */
export function isCheck({ error_kind }: { error_kind: ErrorKind | null }): boolean {
  return error_kind !== 'skipped' && error_kind !== 'gated';
}

/**
 * The time that a check of a model speaks for: since its previous check (`watchedUntil`), but at most two
 * intervals. The first check speaks for one interval. A previous check in the future comes from a wrong
 * clock and counts as missing.
 */
export function watchedBy(
  { timestamp, success }: { timestamp: number; success: boolean },
  { watchedUntil, intervalS }: { watchedUntil: number | null; intervalS: number },
): WatchedTime {
  const isFirst = watchedUntil === null || isAhead(watchedUntil, timestamp);
  const from = isFirst
    ? timestamp - intervalS
    : Math.min(timestamp, Math.max(watchedUntil, timestamp - 2 * intervalS));
  return [from, timestamp, success ? 1 : 0];
}

/** What is left of a stretch without some periods, such as those of maintenance. */
export function watchedOutside(
  time: WatchedTime,
  periods: readonly { from: number; until: number }[],
): WatchedTime[] {
  return periods.reduce<WatchedTime[]>(
    (left, { from, until }) =>
      left.flatMap(([start, end, served]) => {
        if (until <= start || from >= end) return [[start, end, served]];
        const before: WatchedTime[] = from > start ? [[start, from, served]] : [];
        return until < end ? [...before, [until, end, served]] : before;
      }),
    [time],
  );
}

/** Shorter outages that only clients met are left out: a model rests for seconds after any failure. */
const shortestOutageS = 60;
/** What a check finds, it finds within this time of its own. */
const sameCheckS = 1;

/**
 * The time that an outage between two checks leaves behind, once it is over: served until it began, then
 * not. None if it was too short, or began before the last check, whose next one speaks for it.
 */
export function watchedOutage(
  { since, until }: { since: number; until: number },
  { watchedUntil, intervalS }: { watchedUntil: number | null; intervalS: number },
): WatchedTime[] {
  if (watchedUntil === null || since <= watchedUntil + sameCheckS) return [];
  if (until - since < shortestOutageS) return [];
  return [
    watchedBy({ timestamp: since, success: true }, { watchedUntil, intervalS }),
    [since, until, 0],
  ];
}

/** An outage between two checks that lasted this long is an incident. */
export const shortestIncidentS = 120;

/** The part of a time that lies within a period, counted from the period's start; null if none does. */
export function timeWithin(
  [from, to, served]: WatchedTime,
  startsAt: number,
  lengthS: number,
): WatchedTime | null {
  const start = Math.max(0, toMilliseconds(from - startsAt));
  const end = Math.min(lengthS, toMilliseconds(to - startsAt));
  return end > start ? [start, end, served] : null;
}

/** The same times in order, those that follow each other with the same result joined. */
export function joinTimes(times: readonly WatchedTime[]): WatchedTime[] {
  const joined: WatchedTime[] = [];
  for (const time of times.toSorted((a, b) => a[0] - b[0])) {
    const last = joined.at(-1);
    const follows = last && last[1] === time[0] && last[2] === time[2];
    if (follows) joined[joined.length - 1] = [last[0], time[1], time[2]];
    else joined.push(time);
  }
  return joined;
}

/** How long something was watched and could serve in one period; `times` null: only the sums are known. */
export interface WatchedPeriod extends Availability {
  times: readonly WatchedTime[] | null;
}

/**
 * The availability of a service that several channels offer, in one period: it could serve while at least
 * one of them could. If only sums are known, it is taken for as available as the best channel.
 */
export function availabilityOfAny(channels: readonly WatchedPeriod[]): Availability {
  const [only, ...others] = channels;
  if (!only) return { watched_s: 0, served_s: 0 };
  if (others.length === 0) return { watched_s: only.watched_s, served_s: only.served_s };
  const times = channels.flatMap((one) => one.times ?? []);
  if (channels.every((one) => one.times !== null)) return unionOf(times);
  const watched_s = Math.max(...channels.map((one) => one.watched_s));
  const best = Math.max(...channels.map(shareOf));
  return { watched_s, served_s: best === 1 ? watched_s : watched_s * best };
}

/** Adds up the availability of several periods, or of several models. */
export function sumAvailability(parts: readonly Availability[]): Availability {
  const sum = { watched_s: 0, served_s: 0 };
  for (const { watched_s, served_s } of parts) {
    sum.watched_s += watched_s;
    sum.served_s += served_s;
  }
  return sum;
}

function shareOf({ watched_s, served_s }: Availability): number {
  return watched_s === 0 ? 0 : served_s / watched_s;
}

/** How long at least one of these times was going on, and how long at least one that served. */
function unionOf(times: readonly WatchedTime[]): Availability {
  const edges = times
    .flatMap(([from, to, served]) => [
      { at: from, watched: 1, served },
      { at: to, watched: -1, served: -served },
    ])
    .sort((a, b) => a.at - b.at);
  const sum = { watched_s: 0, served_s: 0 };
  let [before, watched, served] = [0, 0, 0];
  for (const edge of edges) {
    if (watched > 0) sum.watched_s += edge.at - before;
    if (served > 0) sum.served_s += edge.at - before;
    before = edge.at;
    watched += edge.watched;
    served += edge.served;
  }
  return sum;
}

function toMilliseconds(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
