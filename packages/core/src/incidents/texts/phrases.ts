import type { AlertKind, Severity } from '../alert-kind.ts';

/** What a sentence about one subject needs. `channel`, `model` and `name` are '' if it has none. */
export interface SubjectWords {
  channel: string;
  model: string;
  name: string;
  has: (figure: string) => boolean;
  figure: (name: string) => string;
  share: (name: string) => string;
  seconds: (name: string) => string;
  date: (name: string) => string;
}

export interface Phrases {
  locale: string;
  colon: string;
  severities: Readonly<Record<Severity, string>>;
  labels: Readonly<
    Record<'what' | 'since' | 'why' | 'serving' | 'lasted' | 'acknowledged', string>
  >;
  duration: (parts: readonly [count: number, unit: 'd' | 'h' | 'min' | 's'][]) => string;
  /** Names, and how many more there are. */
  list: (names: readonly string[], more: number) => string;
  channelIsDown: (channel: string) => string;
  modelIsDown: (model: string, channel: string) => string;
  modelsAreDown: (count: number, channel: string) => string;
  vendorIsDown: (model: string, channels: number) => string;
  manyAreDown: (channels: number) => string;
  networkIsDown: string;
  keyIsDown: (name: string, channel: string) => string;
  keysAreDown: (count: number, channel: string) => string;
  /** `what`: a model or a channel, as in a title; several if `count` isn't 1. */
  flaps: (what: string, count: number) => string;
  stopsFlapping: (down: string) => string;
  works: (what: string, lasted: string, count: number) => string;
  networkWorks: (lasted: string) => string;
  isOver: (title: string, lasted: string) => string;
  on: (model: string, channel: string) => string;
  models: (count: number, channel: string) => string;
  vendor: (model: string, channels: number) => string;
  many: (channels: number) => string;
  keys: (count: number, channel: string) => string;
  key: (name: string, channel: string) => string;
  noChannelLeft: (models: string) => string;
  nothingServes: string;
  servedBy: (channels: number) => string;
  still: (title: string, lasted: string) => string;
  /** What is no longer critical, but goes on. */
  eased: (title: string) => string;
  unacknowledged: (title: string, lasted: string) => string;
  merged: (into: number) => string;
  digest: (open: number, over: number) => string;
  heldBack: string;
  back: string;
  notWatched: (what: string) => string;
  /** One thing that isn't an outage. */
  other: Readonly<
    Record<
      Exclude<AlertKind, 'model_down' | 'channel_down' | 'key_down'>,
      (words: SubjectWords) => string
    >
  >;
  several: Readonly<Record<'model_new' | 'model_gone', (count: number, channel: string) => string>>;
}
