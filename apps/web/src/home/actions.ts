import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure, sentenceOf } from '../api/failure.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';
import type { TokenDialogStore } from '../token/token-dialog-store.ts';

interface ActionsOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  tokenDialog: TokenDialogStore;
  language: LanguageStore;
  copyText(text: string): Promise<void>;
}

const atOnce = 4;

/** What the reader can do to channels outside of the dialogs. */
export function createActions(options: ActionsOptions) {
  const { client, book, toasts, language } = options;
  const paramOf = (id: number) => ({ param: { id: String(id) } });
  const nameOf = (id: number) => book.get(id)?.name ?? '';

  const complain = (error: unknown) => {
    if (error instanceof ApiFailure && error.status === 401) {
      return options.tokenDialog.refused(error);
    }
    toasts.show(sentenceOf(error, language.translator), { tone: 'bad' });
  };

  const run = async (id: number) => {
    const before = book.get(id);
    // The dot changes at once; events update the rest.
    if (before) book.put({ ...before, running: true, run_progress: null });
    try {
      await answerOf(client.api.targets[':id'].run.$post(paramOf(id)));
    } catch (error) {
      if (error instanceof ApiFailure && error.status === 409) return;
      const now = book.get(id);
      if (before && now) book.put({ ...now, running: before.running });
      throw error;
    }
  };

  const deleteNow = (id: number) =>
    answerOf(client.api.targets[':id'].$delete(paramOf(id), { init: { keepalive: true } })).then(
      () => book.remove(id),
      (error: unknown) => {
        book.hide(id, false);
        complain(error);
      },
    );

  return {
    /** Does nothing while a check runs: the button stays focusable then. */
    check: async (id: number) => (book.get(id)?.running ? undefined : run(id).catch(complain)),
    async checkAll(): Promise<void> {
      const ids = book.all().flatMap((it) => (it.enabled && it.can_operate ? [it.id] : []));
      toasts.show(language.count('toast.check_all', ids.length));
      const waiting = ids.values();
      const worker = async () => {
        for (const id of waiting) await run(id);
      };
      await Promise.all(Array.from({ length: atOnce }, worker)).catch(complain);
    },
    async setEnabled(id: number, enabled: boolean): Promise<void> {
      const { t } = language.translator;
      try {
        const { item } = await answerOf(
          client.api.targets[':id'].$patch({ ...paramOf(id), json: { enabled } }),
        );
        book.put(item);
        toasts.show(t(enabled ? 'toast.resumed' : 'toast.paused', { name: item.name }));
      } catch (error) {
        complain(error);
      }
    },
    /** Hides the channel at once and deletes it when it can no longer be undone. */
    remove(id: number): void {
      const { t } = language.translator;
      book.hide(id, true);
      toasts.show(t('toast.deleted', { name: nameOf(id) }), {
        action: { text: t('toast.undo'), run: () => book.hide(id, false) },
        onLapse: () => void deleteNow(id),
      });
    },
    async copyUrl(id: number): Promise<void> {
      await options.copyText(book.get(id)?.base_url ?? '');
      toasts.show(language.t('toast.copied'));
    },
  };
}
