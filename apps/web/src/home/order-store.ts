import { type ApiClient, answerOf } from '../api/client.ts';
import { sentenceOf } from '../api/failure.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import { moveBefore, moveByOne } from '../channels/order-ids.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';

/** Sorting the channels, by drag or by keys. The order is saved a moment after the last move. */
export interface OrderStore {
  /** Read out by screen readers after a move by keys. */
  announcement: string;
  dropBefore(id: number, beforeId: number | null): void;
  step(id: number, by: -1 | 1, visibleIds: readonly number[]): void;
}

interface OrderOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  language: LanguageStore;
  reload(): Promise<unknown>;
  setTimer(callback: () => void, delayMs: number): () => void;
}

const settleMs = 400;

export function createOrderStore(options: OrderOptions): OrderStore {
  const { book, language } = options;
  let cancelSave = () => {};

  const ids = () => book.all().map((it) => it.id);

  const save = async () => {
    const saving = ids();
    try {
      await answerOf(options.client.api.targets.reorder.$post({ json: { ids: saving } }));
      // Moved on meanwhile: the next save is already waiting.
      if (saving.every((id, index) => id === ids()[index])) book.settleOrder();
    } catch (error) {
      book.settleOrder();
      const detail = sentenceOf(error, language.translator);
      options.toasts.show(language.translator.t('toast.order_failed', { detail }), { tone: 'bad' });
      await options.reload();
    }
  };

  const apply = (next: readonly number[]) => {
    book.reorder(next);
    cancelSave();
    cancelSave = options.setTimer(() => void save(), settleMs);
  };

  return {
    announcement: '',
    dropBefore(id, beforeId) {
      const before = ids();
      const next = moveBefore(before, id, beforeId);
      if (next.some((it, index) => it !== before[index])) apply(next);
    },
    step(id, by, visibleIds) {
      const before = ids();
      const next = moveByOne(before, visibleIds, id, by);
      if (next === before) return;
      apply(next);
      this.announcement = language.translator.t('announce.moved', {
        name: book.get(id)?.name ?? '',
        position: visibleIds.indexOf(id) + 1 + by,
        total: visibleIds.length,
      });
    },
  };
}
