import Sortable from 'sortablejs';
import { type ApiClient, answerOf } from '../api/client.ts';
import { sentenceOf } from '../api/failure.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import { moveBefore, moveByOne } from '../channels/order-ids.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';

interface OrderOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  language: LanguageStore;
  reload(): Promise<unknown>;
  setTimer(callback: () => void, delayMs: number): () => void;
}

const settleMs = 400;

/** Sorts the channels by drag or by keys. The order is saved a moment after the last move. */
export function createOrder(options: OrderOptions) {
  const { book, language } = options;
  let cancelSave = () => {};

  const ids = () => book.all().map((it) => it.id);

  const save = async () => {
    const saving = ids();
    try {
      await answerOf(options.client.api.targets.reorder.$post({ json: { ids: saving } }));
      // If something moved meanwhile, the next save is already waiting.
      if (saving.every((id, index) => id === ids()[index])) book.settleOrder();
    } catch (error) {
      book.settleOrder();
      const detail = sentenceOf(error, language.translator);
      options.toasts.show(language.t('toast.order_failed', { detail }), { tone: 'bad' });
      await options.reload();
    }
  };

  const apply = (next: readonly number[]) => {
    book.reorder(next);
    cancelSave();
    cancelSave = options.setTimer(() => void save(), settleMs);
  };

  return {
    /** Read out by screen readers after a move by keys. */
    announcement: '',
    dropBefore(id: number, beforeId: number | null): void {
      const before = ids();
      const next = moveBefore(before, id, beforeId);
      if (next.some((it, index) => it !== before[index])) apply(next);
    },
    step(id: number, by: -1 | 1, visibleIds: readonly number[]): void {
      const before = ids();
      const next = moveByOne(before, visibleIds, id, by);
      if (next === before) return;
      apply(next);
      this.announcement = language.t('announce.moved', {
        name: book.get(id)?.name ?? '',
        position: visibleIds.indexOf(id) + 1 + by,
        total: visibleIds.length,
      });
    },
  };
}

/**
 * Makes the cards of a list draggable by their handles. `onHold` is called when a card is picked up and when
 * it is dropped; nothing may draw the list in between. `onDrop` gets the card that it was dropped in front
 * of; by then the dragged card is back in its old place.
 */
export function attachDragOrder(
  list: HTMLElement,
  onDrop: (id: number, beforeId: number | null) => void,
  onHold: (isHeld: boolean) => void,
): void {
  const idOf = (element: Element | null) =>
    element instanceof HTMLElement && element.dataset.id ? Number(element.dataset.id) : null;
  let placeBefore: Node | null = null;

  Sortable.create(list, {
    handle: '[data-drag]',
    draggable: '[data-id]',
    animation: matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 180,
    ghostClass: 'is-ghost',
    onStart: ({ item }) => {
      placeBefore = item.nextSibling;
      onHold(true);
    },
    onEnd: ({ item }) => {
      const id = idOf(item);
      const beforeId = idOf(item.nextElementSibling);
      list.insertBefore(item, placeBefore);
      onHold(false);
      if (id !== null) onDrop(id, beforeId);
    },
  });
}
