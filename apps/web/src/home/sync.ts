import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import type { EvidenceEvent, FaultEvent, ProgressEvent } from '../channels/channel.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import { createRefetchQueue } from '../live/refetch-queue.ts';
import type { PageStore } from '../shell/page-store.ts';
import type { ChannelList } from './cards/channel-list.ts';
import type { HomePanel } from './home-panel.ts';

interface SyncOptions {
  client: ApiClient;
  page: PageStore;
  book: ChannelBook;
  home: HomePanel;
  list: ChannelList;
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** Keeps the book of channels in step with the server: loads it and applies the server's events. */
export function createSync({ client, page, book, home, list, setTimer }: SyncOptions) {
  const ask = async (id: number) => {
    try {
      return (await answerOf(client.api.targets[':id'].$get({ param: { id: String(id) } }))).item;
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 404) return 'deleted';
      throw error;
    }
  };

  /** Loads one channel with the histories of its models. */
  const load = async (id: number) => {
    const item = await page.attempt(() => ask(id));
    if (item === 'deleted') return book.remove(id);
    if (!item) {
      if (list.phaseOf(id) === 'loading') list.setPhase(id, 'failed');
      return;
    }
    const before = book.get(id);
    book.put(item);
    // The channels were sorted in another browser, and only the list has their order.
    if (before && before.sort_order !== item.sort_order) queue.requestAll();
    list.setPhase(id, 'ready');
  };

  /** Loads all channels and, for open cards, their histories. Returns false if a token is needed. */
  const loadAll = async () => {
    const answer = await page.attempt(() =>
      answerOf(client.api.targets.$get({ query: { history: '0' } })),
    );
    if (!answer) return page.mayWatch;
    home.isAdmin = answer.permissions.role === 'admin';
    book.replaceAll(answer.items);
    // Drawn before the phase changes, or a full list would look empty for a frame.
    list.draw();
    page.phase = 'ready';
    await Promise.all(
      list
        .openIds()
        .filter((id) => book.get(id))
        .map(load),
    );
    return true;
  };

  const queue = createRefetchQueue({
    fetchOne: load,
    fetchAll: async () => void (await loadAll()),
    setTimer,
  });

  return {
    load,
    loadAll,
    events: [
      'run_completed',
      'target_updated',
      'run_progress',
      'evidence_changed',
      'fault_changed',
      'resync',
    ] as const,
    onEvent(name: string, data: unknown): void {
      if (name === 'resync') queue.requestAll();
      else if (name === 'run_progress') book.progress(eventData<ProgressEvent>(data));
      else if (name === 'evidence_changed') book.evidence(eventData<EvidenceEvent>(data));
      else if (name === 'fault_changed') book.fault(eventData<FaultEvent>(data));
      else queue.request(eventData<{ target_id: number }>(data).target_id);
    },
  };
}

/** Guarantee: only the API sends these events, in core's shape, from the same release as the page. */
function eventData<Data>(data: unknown): Data {
  return data as Data;
}
