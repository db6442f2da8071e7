import { initially } from './initially.ts';

interface Toast {
  id: number;
  text: string;
  tone: 'plain' | 'bad';
  actionText: string;
}

interface ToastOptions {
  tone?: Toast['tone'];
  /** A button beside the text, such as “Undo”. */
  action?: { text: string; run(): void };
  /** Called when the toast goes away without its action having been used. */
  onLapse?: () => void;
}

const shownMs = 6000;
const mostShown = 3;

export function createToastStore(setTimer: (callback: () => void, delayMs: number) => () => void) {
  const pending = new Map<number, ToastOptions & { cancelTimer: () => void }>();
  let lastId = 0;

  const take = (store: ToastStore, id: number) => {
    const options = pending.get(id);
    pending.delete(id);
    options?.cancelTimer();
    store.items = store.items.filter((it) => it.id !== id);
    return options;
  };

  return {
    items: initially<Toast[]>([]),
    show(text: string, options: ToastOptions = {}) {
      lastId += 1;
      const id = lastId;
      const cancelTimer = setTimer(() => this.dismiss(id), shownMs);
      pending.set(id, { ...options, cancelTimer });
      const actionText = options.action?.text ?? '';
      this.items = [...this.items, { id, text, tone: options.tone ?? 'plain', actionText }];
      const oldest = this.items[0];
      if (this.items.length > mostShown && oldest) this.dismiss(oldest.id);
    },
    act(id: number) {
      take(this, id)?.action?.run();
    },
    dismiss(id: number) {
      take(this, id)?.onLapse?.();
    },
    /** Lapses every toast now, because the page is going away. */
    lapseAll() {
      for (const id of [...pending.keys()]) this.dismiss(id);
    },
  };
}

export type ToastStore = ReturnType<typeof createToastStore>;
