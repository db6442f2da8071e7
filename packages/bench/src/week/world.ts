import type { ErrorKind, FindingScope } from '@api-monitor/core';
import { createRandom, type Random } from './random.ts';

const channelCount = 60;
const modelsPerChannel = 40;
const nameCount = 120;
const dayS = 86_400;
export const weekS = 7 * dayS;
/** A Monday, 00:00 UTC. */
export const startS = 1_798_416_000;

/** Why a channel doesn't answer during some time. */
export interface Fault {
  from: number;
  to: number;
  kind: ErrorKind;
  scope: FindingScope;
  /** Null: every model of the channel. */
  model: string | null;
}

export interface WorldChannel {
  /** From 1. */
  id: number;
  models: readonly string[];
  /** How long a healthy answer takes. */
  answerS: number;
  /** How many requests it takes at a time; null: any number. */
  atOnce: number | null;
  /** Seconds long, sorted by their start. */
  blips: readonly Fault[];
  /** Minutes and longer. */
  outages: readonly Fault[];
}

export interface World {
  channels: readonly WorldChannel[];
  /** What is wrong with a channel's model at a time; null if it answers. */
  faultAt(channel: WorldChannel, model: string, at: number): Fault | null;
}

/** A week of channels and their faults; the same for the same seed. */
export function createWorld(seed: number): World {
  const random = createRandom(seed);
  const names = Array.from({ length: nameCount }, (_, n) => `gpt-5-${n}`);
  const goneNames = names.filter((_, n) => n % 30 === 7);
  const channels = Array.from({ length: channelCount }, (_, index): WorldChannel => {
    const models = names
      .map((name, n) => ({ name, place: n < 12 ? random.next() * 0.7 : random.next() }))
      .toSorted((a, b) => a.place - b.place)
      .slice(0, modelsPerChannel)
      .map(({ name }) => name);
    return {
      ...{ id: index + 1, models, answerS: random.skewed(0.4, 3) },
      atOnce: index % 10 === 4 ? 2 : null,
      blips: atRandom(random, 6 / dayS, (from) => ({
        ...{ from, to: from + random.skewed(0.3, 20), model: null },
        ...{ kind: 'network' as const, scope: 'model' as const },
      })),
      outages: [
        ...outagesOf(random, models),
        ...accountFaultsOf(random, index),
        ...goneModels(
          random,
          models.filter((name) => goneNames.includes(name)),
        ),
      ],
    };
  });
  return { channels, faultAt };
}

function atRandom(random: Random, perSecond: number, make: (from: number) => Fault): Fault[] {
  const faults: Fault[] = [];
  for (let at = random.wait(perSecond); at < weekS; at += random.wait(perSecond)) {
    faults.push(make(startS + at));
  }
  return faults;
}

function outagesOf(random: Random, models: readonly string[]): Fault[] {
  const broken = { kind: 'upstream', scope: 'model' } as const;
  const unreachable = { kind: 'network', scope: 'model' } as const;
  const minute = 60;
  return [
    ...atRandom(random, 0.7 / dayS, (from) => ({
      ...{ from, to: from + random.skewed(2 * minute, 40 * minute), model: null },
      ...random.pick([broken, unreachable]),
    })),
    ...atRandom(random, 0.15 / dayS, (from) => ({
      ...{ from, to: from + random.skewed(60 * minute, 480 * minute), model: null },
      ...unreachable,
    })),
    ...atRandom(random, 1 / dayS, (from) => ({
      ...{ from, to: from + random.skewed(5 * minute, 360 * minute) },
      ...{ ...broken, model: random.pick(models) },
    })),
  ];
}

/** Keys that are revoked until someone notices, and quotas that last until the next midnight. */
function accountFaultsOf(random: Random, index: number): Fault[] {
  const from = startS + random.next() * 6 * dayS;
  const account = { scope: 'channel', model: null } as const;
  if (index % 20 === 3) {
    return [{ from, to: from + random.between(6, 30) * 3600, kind: 'auth', ...account }];
  }
  if (index % 6 === 1) {
    const midnight = startS + Math.ceil((from - startS) / dayS) * dayS;
    return [{ from, to: midnight, kind: 'quota', ...account }];
  }
  return [];
}

/** A vendor has withdrawn them; half of the channels still list them, and say so when they are asked. */
function goneModels(random: Random, models: readonly string[]): Fault[] {
  return models
    .filter(() => random.next() < 0.5)
    .map((model) => ({
      ...{ from: startS + random.between(0.5, 4) * dayS, to: startS + 2 * weekS },
      ...{ kind: 'not_found', scope: 'model', model },
    }));
}

function faultAt({ blips, outages }: WorldChannel, model: string, at: number): Fault | null {
  const long = outages.find(
    (one) => one.from <= at && at < one.to && (one.model === null || one.model === model),
  );
  if (long) return long;
  let [low, high] = [0, blips.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((blips[middle]?.from ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  const blip = blips[low - 1];
  return blip && at < blip.to ? blip : null;
}
