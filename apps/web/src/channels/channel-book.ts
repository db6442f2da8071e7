import { applyEvidence, applyFault, keepLatest } from './apply-evidence.ts';
import { applyProgress } from './apply-progress.ts';
import type { Channel, EvidenceEvent, FaultEvent, LatestModel, ProgressEvent } from './channel.ts';

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

  const change = <Event extends { target_id: number }>(
    event: Event,
    apply: (channel: Channel, event: Event) => Channel,
  ) => {
    const before = channels.get(event.target_id);
    if (!before) return;
    const after = apply(before, event);
    if (after === before) return;
    channels.set(before.id, after);
    onChange();
  };

  return {
    /** In the order of the page, without channels whose deletion can still be undone. */
    all: () => order.flatMap((id) => (hiddenIds.has(id) ? [] : (channels.get(id) ?? []))),
    get: (id: number) => channels.get(id),
    /** Takes over the server's list, but keeps histories and evidence that are already known. */
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
    progress: (event: ProgressEvent) => change(event, applyProgress),
    evidence: (event: EvidenceEvent) => change(event, applyEvidence),
    fault: (event: FaultEvent) => change(event, applyFault),
  };
}

/** A list without histories, or from before the latest event, must not undo what an open card shows. */
function keepKnown(channel: Channel, before: Channel | undefined): Channel {
  const known = new Map(before?.latest_models.map((it) => [it.model, it]));
  return {
    ...channel,
    latest_models: channel.latest_models.map((it) => withKnown(it, known.get(it.model), channel)),
  };
}

function withKnown(
  model: LatestModel,
  before: LatestModel | undefined,
  channel: Channel,
): LatestModel {
  const latest = keepLatest(model, before, channel);
  const history = model.history ?? before?.history;
  return history === latest.history ? latest : { ...latest, history };
}
