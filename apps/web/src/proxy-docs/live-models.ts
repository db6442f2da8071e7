import type { EvidenceRoute } from '@api-monitor/core';
import type { Channel } from '../channels/channel.ts';

/** A name that the gateway accepts, and the wire formats in which it is proven. */
export interface LiveModel {
  name: string;
  routes: readonly EvidenceRoute[];
}

/** The names that work now: bare names first, then each channel's, in the order of the channels. */
export function liveModels(channels: readonly Channel[]): LiveModel[] {
  const pinned = channels
    .filter(({ enabled, fault }) => enabled && fault === null)
    .flatMap(({ name, latest_models }) =>
      latest_models.flatMap(({ model, evidence }) => {
        const proven = evidence.filter(({ state }) => state === 'proven');
        const routes = proven.map(({ route }) => route);
        return routes.length === 0 ? [] : [{ bare: model, name: `${name}/${model}`, routes }];
      }),
    );
  const bare = Map.groupBy(pinned, (one) => one.bare);
  return [
    ...[...bare].map(([name, all]) => ({ name, routes: all.flatMap(({ routes }) => routes) })),
    ...pinned.map(({ name, routes }) => ({ name, routes })),
  ];
}

/** The first model in the client's own format, else the first of all; null if there is none. */
export function suggestModel(models: readonly LiveModel[], route: EvidenceRoute): string | null {
  return (models.find(({ routes }) => routes.includes(route)) ?? models[0])?.name ?? null;
}
