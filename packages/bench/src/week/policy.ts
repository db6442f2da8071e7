import type { Wanted } from './traffic.ts';
import type { WorldChannel } from './world.ts';

/** What both policies tell the simulation, and what it does for them. */
export interface Stage {
  /** Calls `act` at a time of the simulation. */
  at(time: number, act: (now: number) => void): void;
  /** A probe was sent; `isAnswered`: it cost tokens. */
  probed(isAnswered: boolean): void;
  /** From now on a channel's model counts as failing, or as working. */
  knows(channel: WorldChannel, model: string, isFailing: boolean, now: number): void;
}

/** Decides what is probed, and where requests go. */
export interface Policy {
  name: string;
  start(): void;
  /** The channels that a request tries, in order. */
  choose(wanted: Wanted): WorldChannel[];
  /** What a request met at a channel; `isServed`: it answered. */
  met(channel: WorldChannel, wanted: Wanted, isServed: boolean): void;
}

export const intervalMin = 30;
export const intervalS = intervalMin * 60;
/** Models of a channel that are probed at a time, by default. */
export const probesAtOnce = 3;
/** How often a request tries another channel, by default. */
export const attemptLimit = 4;
