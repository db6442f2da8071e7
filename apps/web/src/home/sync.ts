import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure } from '../api/failure.ts';
import type { BreakerEvent, ProgressEvent } from '../channels/channel.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import { createRefetchQueue } from '../live/refetch-queue.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { TokenDialogStore } from '../token/token-dialog-store.ts';
import type { BoardStore } from './board-store.ts';
import { createContact } from './contact.ts';
import type { ModelListsStore } from './model-lists-store.ts';

export interface Sync {
  /**
   * Asks for the whole list and, for open cards, for their histories. Answers whether there is a
   * point in watching for changes: not where the api wants another token.
   */
  loadAll(): Promise<boolean>;
  /** Asks for one channel with its histories. */
  load(id: number): Promise<void>;
  onEvent(name: string, data: unknown): void;
}

interface SyncOptions {
  client: ApiClient;
  book: ChannelBook;
  board: BoardStore;
  modelLists: ModelListsStore;
  tokenDialog: TokenDialogStore;
  language: LanguageStore;
  nowS(): number;
  setTimer(callback: () => void, delayMs: number): () => void;
}

export const syncEvents = [
  'run_completed',
  'target_updated',
  'run_progress',
  'breaker_changed',
  'resync',
] as const;

/** Keeps the book true to the server: the first load, what events tell, and what failures mean. */
export function createSync(options: SyncOptions): Sync {
  const { client, book, board, modelLists } = options;
  const { heard, failed } = createContact(options);

  const load = async (id: number) => {
    try {
      const { item } = await answerOf(
        client.api.targets[':id'].$get({ param: { id: String(id) } }),
      );
      const before = book.get(id);
      book.put(item);
      // Somebody sorted the channels elsewhere: the list alone tells their order.
      if (before && before.sort_order !== item.sort_order) queue.requestAll();
      modelLists.setPhase(id, 'ready');
      heard();
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 404) return book.remove(id);
      if (modelLists.listOf(id).phase === 'loading') modelLists.setPhase(id, 'failed');
      failed(error);
    }
  };

  const loadAll = async () => {
    try {
      const answer = await answerOf(client.api.targets.$get({ query: { history: '0' } }));
      board.isAdmin = answer.permissions.role === 'admin';
      book.replaceAll(answer.items);
      // Drawn before it is called ready: a full list must not look empty for a frame.
      board.draw();
      board.phase = 'ready';
      heard();
    } catch (error) {
      failed(error);
      return board.phase === 'ready' || board.phase === 'failed';
    }
    await Promise.all(board.openIds.filter((id) => book.get(id)).map(load));
    return true;
  };

  const queue = createRefetchQueue({
    fetchOne: load,
    fetchAll: async () => void (await loadAll()),
    setTimer: options.setTimer,
  });

  return {
    loadAll,
    load,
    onEvent(name, data) {
      heard();
      switch (name) {
        case 'run_progress':
          return book.progress(progressOf(data));
        case 'breaker_changed':
          return book.breaker(breakerOf(data));
        case 'target_updated':
        case 'run_completed':
          return queue.request(targetIdOf(data));
        case 'resync':
          return queue.requestAll();
      }
    },
  };
}

/** Guarantee: the api alone sends these events, in core's shape, from the same release as the page. */
function progressOf(data: unknown): ProgressEvent {
  return data as ProgressEvent;
}

/** Guarantee: as for `progressOf`. */
function breakerOf(data: unknown): BreakerEvent {
  return data as BreakerEvent;
}

/** Guarantee: as for `progressOf`; both events that it serves carry the field. */
function targetIdOf(data: unknown): number {
  return (data as { target_id: number }).target_id;
}
