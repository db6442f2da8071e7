import { AppError } from '@api-monitor/core';

export interface Asker {
  /** Who asks: each key has a line of its own, and the lines take turns. */
  key: string;
  /** Goes before everyone who isn't, and gets the place of one of them if all are taken. */
  isKnown: boolean;
}

/** Does one thing after the other, however many ask at once. */
export interface Turns {
  /** Rejects with AppError `rate_limited` if too many wait already. */
  take<T>(asker: Asker, work: () => Promise<T>): Promise<T>;
}

export interface TurnLimits {
  /** How many may wait in all. */
  places: number;
  placesOfKey: number;
}

interface Waiting {
  start: () => void;
  refuse: (error: AppError) => void;
}

/** The lines by their keys; the one whose turn is next comes first. */
type Lines = Map<string, Waiting[]>;

export function createTurns({ places, placesOfKey }: TurnLimits): Turns {
  const known: Lines = new Map();
  const others: Lines = new Map();
  let isBusy = false;

  const startNext = () => {
    const next = takeFirst(known) ?? takeFirst(others);
    isBusy = next !== null;
    next?.start();
  };
  const makeRoom = (own: number, isKnown: boolean) => {
    if (own >= placesOfKey) throw tooMany();
    if (lengthOf(known) + lengthOf(others) < places) return;
    const [key, longest] = longestOf(others);
    // Whoever holds more places than the asker would have gives one up.
    if (!longest || (!isKnown && longest.length <= own + 1)) throw tooMany();
    longest.pop()?.refuse(tooMany());
    if (longest.length === 0) others.delete(key);
  };
  return {
    async take({ key, isKnown }, work) {
      const lines = isKnown ? known : others;
      makeRoom(lines.get(key)?.length ?? 0, isKnown);
      const line = lines.get(key) ?? [];
      lines.set(key, line);
      return new Promise((resolve, reject) => {
        const start = () => void Promise.try(work).then(resolve, reject).finally(startNext);
        line.push({ start, refuse: reject });
        if (!isBusy) startNext();
      });
    },
  };
}

/** Takes out the first of the line whose turn it is, which then waits until all others had theirs. */
function takeFirst(lines: Lines): Waiting | null {
  for (const [key, line] of lines) {
    const first = line.shift();
    lines.delete(key);
    if (line.length > 0) lines.set(key, line);
    if (first) return first;
  }
  return null;
}

function longestOf(lines: Lines): [string, Waiting[] | undefined] {
  let longest: [string, Waiting[] | undefined] = ['', undefined];
  for (const entry of lines) {
    if (entry[1].length >= (longest[1]?.length ?? 0)) longest = entry;
  }
  return longest;
}

function lengthOf(lines: Lines): number {
  return lines.values().reduce((sum, line) => sum + line.length, 0);
}

function tooMany(): AppError {
  return new AppError('rate_limited', 'too many at once; try again', { retryAfterS: 5 });
}
