import { AppError } from '@api-monitor/core';

export interface Asker {
  /** Who asks. Each key has its own queue, and the queues take turns. */
  key: string;
  /** The network of an address; places are shared among networks. */
  network: string;
  /** Known callers go before the others, and take the place of one of them if all are taken. */
  isKnown: boolean;
}

/** Runs one piece of work at a time. */
export interface Turns {
  /** Rejects with AppError `rate_limited` if too many wait already. */
  take<T>(asker: Asker, work: () => Promise<T>): Promise<T>;
}

export interface TurnLimits {
  /** How many may wait in total. */
  places: number;
  placesOfKey: number;
}

interface Waiting {
  network: string;
  start: () => void;
  refuse: (error: AppError) => void;
}

/** The queues by their keys; the one whose turn is next comes first. */
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
  const makeRoom = (asker: Asker, own: number) => {
    if (own >= placesOfKey) throw tooMany();
    if (lengthOf(known.values()) + lengthOf(others.values()) < places) return;
    const crowded = mostCrowded(others, asker, own);
    if (!crowded) throw tooMany();
    const [key, line] = crowded;
    line.pop()?.refuse(tooMany());
    if (line.length === 0) others.delete(key);
  };
  return {
    async take(asker, work) {
      const { key, network } = asker;
      const lines = asker.isKnown ? known : others;
      makeRoom(asker, lines.get(key)?.length ?? 0);
      const line = lines.get(key) ?? [];
      lines.set(key, line);
      return new Promise((resolve, reject) => {
        const start = () => void Promise.try(work).then(resolve, reject).finally(startNext);
        line.push({ network, start, refuse: reject });
        if (!isBusy) startNext();
      });
    },
  };
}

/** Takes the first of the queue whose turn it is; that queue then waits until all others had theirs. */
function takeFirst(lines: Lines): Waiting | null {
  for (const [key, line] of lines) {
    const first = line.shift();
    lines.delete(key);
    if (line.length > 0) lines.set(key, line);
    if (first) return first;
  }
  return null;
}

/**
 * The queue that gives up a place to the asker, who has `own` places: the longest one of the network with
 * the most places. Undefined if the asker's network or queue would then have as many itself.
 */
function mostCrowded(
  lines: Lines,
  { network, isKnown }: Asker,
  own: number,
): [string, Waiting[]] | undefined {
  const placesOf = (name: string | undefined) =>
    lengthOf(lines.values().filter((line) => line[0]?.network === name));
  const ownNetwork = placesOf(network);
  return [...lines]
    .map(([key, line]) => ({ key, line, network: line[0]?.network }))
    .map((one) => ({ ...one, places: placesOf(one.network) }))
    .filter(({ line, ...one }) => {
      if (isKnown) return true;
      return one.network === network ? line.length > own + 1 : one.places > ownNetwork + 1;
    })
    .sort((a, b) => a.places - b.places || a.line.length - b.line.length)
    .map(({ key, line }): [string, Waiting[]] => [key, line])
    .at(-1);
}

function lengthOf(lines: IteratorObject<Waiting[]>): number {
  return lines.reduce((sum, line) => sum + line.length, 0);
}

function tooMany(): AppError {
  return new AppError('rate_limited', 'too many at once; try again', { retryAfterS: 5 });
}
