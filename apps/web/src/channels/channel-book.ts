import { applyProgress } from './apply-progress.ts';
import type { BreakerEvent, Channel, LatestModel, ProgressEvent } from './channel.ts';
import { applyBreaker, listedBreaker } from './live-traffic.ts';

export type ChannelBook = ReturnType<typeof createChannelBook>;

/** The page's copy of the channels, outside of any framework; `onChange` is called after each change. */
export function createChannelBook(onChange: () => void) {
  const channels = new Map<number, Channel>();
  const hiddenIds = new Set<number>();
  let order: number[] = [];
  let isOrderUnsaved = false;

  const put = (channel: Channel) => {
    const before = channels.get(channel.id);
    if (!before) order.push(channel.id);
    channels.set(channel.id, keepKnown(channel, before));
  };

  return {
    /** In the order of the page, without channels whose deletion can still be undone. */
    all: () => order.flatMap((id) => (hiddenIds.has(id) ? [] : (channels.get(id) ?? []))),
    get: (id: number) => channels.get(id),
    /** Takes over the server's list, but keeps histories and breakers that are already known. */
    replaceAll(next: readonly Channel[]): void {
      const known = new Set(next.map((it) => it.id));
      for (const id of channels.keys()) if (!known.has(id)) channels.delete(id);
      for (const channel of next) put(channel);
      const ids = next.map((it) => it.id);
      order = isOrderUnsaved ? order.filter((id) => known.has(id)) : ids;
      onChange();
    },
    put(channel: Channel): void {
      put(channel);
      onChange();
    },
    remove(id: number): void {
      if (!channels.delete(id)) return;
      hiddenIds.delete(id);
      order = order.filter((it) => it !== id);
      onChange();
    },
    /** Leaves a channel out, or brings it back, without forgetting it. */
    hide(id: number, hidden: boolean): void {
      if (hidden) hiddenIds.add(id);
      else hiddenIds.delete(id);
      onChange();
    },
    /** Sorts by hand. Lists that come before `settleOrder` do not undo it. */
    reorder(ids: readonly number[]): void {
      const rest = order.filter((id) => !ids.includes(id));
      order = [...ids.filter((id) => channels.has(id)), ...rest];
      isOrderUnsaved = true;
      onChange();
    },
    /** Called once the server has saved the order. */
    settleOrder(): void {
      isOrderUnsaved = false;
    },
    progress(event: ProgressEvent): void {
      const channel = channels.get(event.target_id);
      if (!channel) return;
      channels.set(channel.id, applyProgress(channel, event));
      onChange();
    },
    breaker(event: BreakerEvent): void {
      const channel = channels.get(event.target_id);
      if (!channel) return;
      channels.set(channel.id, applyBreaker(channel, event));
      onChange();
    },
  };
}

/** A list without histories or breakers must not remove those of an open card. */
function keepKnown(channel: Channel, before: Channel | undefined): Channel {
  const known = new Map(before?.latest_models.map((it) => [it.model, it]));
  return {
    ...channel,
    latest_models: channel.latest_models.map((it) => withKnown(it, known.get(it.model))),
  };
}

function withKnown(model: LatestModel, before: LatestModel | undefined): LatestModel {
  const history = model.history ?? before?.history;
  const breaker = listedBreaker(model, before?.breaker ?? null);
  if (history === model.history && breaker === null) return model;
  return { ...model, history, breaker };
}
