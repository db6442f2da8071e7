import { applyProgress } from './apply-progress.ts';
import type { BreakerEvent, Channel, LatestModel, ProgressEvent } from './channel.ts';
import { applyBreaker, listedBreaker } from './live-traffic.ts';

/** What the page knows of the channels, outside of any framework, with a note of what changed. */
export interface ChannelBook {
  /** In the order of the page; channels whose deletion may yet be undone are left out. */
  all(): Channel[];
  get(id: number): Channel | undefined;
  /** Takes the server's list over. Histories and breakers that are known are kept. */
  replaceAll(channels: readonly Channel[]): void;
  put(channel: Channel): void;
  remove(id: number): void;
  /** Leaves a channel out, or brings it back, without forgetting it. */
  hide(id: number, hidden: boolean): void;
  /** Sorts by hand. Lists that come before `settleOrder` do not undo it. */
  reorder(ids: readonly number[]): void;
  /** The server knows the order now. */
  settleOrder(): void;
  progress(event: ProgressEvent): void;
  breaker(event: BreakerEvent): void;
}

/** `onChange` hears the id of what changed, or null for the whole list. */
export function createChannelBook(onChange: (id: number | null) => void): ChannelBook {
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
    all: () => order.flatMap((id) => (hiddenIds.has(id) ? [] : (channels.get(id) ?? []))),
    get: (id) => channels.get(id),
    replaceAll(next) {
      const known = new Set(next.map((it) => it.id));
      for (const id of channels.keys()) if (!known.has(id)) channels.delete(id);
      for (const channel of next) put(channel);
      const ids = next.map((it) => it.id);
      order = isOrderUnsaved ? order.filter((id) => known.has(id)) : ids;
      onChange(null);
    },
    put(channel) {
      const isNew = !channels.has(channel.id);
      put(channel);
      onChange(isNew ? null : channel.id);
    },
    remove(id) {
      if (!channels.delete(id)) return;
      hiddenIds.delete(id);
      order = order.filter((it) => it !== id);
      onChange(null);
    },
    hide(id, hidden) {
      if (hidden) hiddenIds.add(id);
      else hiddenIds.delete(id);
      onChange(null);
    },
    reorder(ids) {
      const rest = order.filter((id) => !ids.includes(id));
      order = [...ids.filter((id) => channels.has(id)), ...rest];
      isOrderUnsaved = true;
      onChange(null);
    },
    settleOrder() {
      isOrderUnsaved = false;
    },
    progress(event) {
      const channel = channels.get(event.target_id);
      if (!channel) return;
      channels.set(channel.id, applyProgress(channel, event));
      onChange(channel.id);
    },
    breaker(event) {
      const channel = channels.get(event.target_id);
      if (!channel) return;
      channels.set(channel.id, applyBreaker(channel, event));
      onChange(channel.id);
    },
  };
}

/** A list without histories must not make the bars of an open card vanish, nor one its breakers. */
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
