import type { Route } from '@api-monitor/core';
import type { Channel } from '../channels/channel.ts';

/** A name that the gateway accepts, and the wire format of its probe. */
export interface LiveModel {
  name: string;
  route: Route;
}

/** The names that work now: bare names first, then each channel's, in the order of the channels. */
export function liveModels(channels: readonly Channel[]): LiveModel[] {
  const pinned = channels
    .filter(({ enabled }) => enabled)
    .flatMap(({ name, latest_models }) =>
      latest_models
        .filter(({ success, skipped }) => success && !skipped)
        .map(({ model, route }) => ({ bare: model, name: `${name}/${model}`, route })),
    );
  const bare = new Map(pinned.map(({ bare, route }) => [bare, { name: bare, route }]));
  return [...bare.values(), ...pinned.map(({ name, route }) => ({ name, route }))];
}

/** The first model in the client's own format, else the first of all; null if there is none. */
export function suggestModel(models: readonly LiveModel[], route: Route): string | null {
  return (models.find((it) => it.route === route) ?? models[0])?.name ?? null;
}
