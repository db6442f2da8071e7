import { type ApiClient, answerOf } from '../api/client.ts';
import type { Channel } from '../channels/channel.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import { bodyOf, type ChannelForm, type FormMode } from '../channels/channel-form.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';
import type { ActionsStore } from './actions-store.ts';

interface SaverOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  actions: Pick<ActionsStore, 'check'>;
  language: LanguageStore;
}

interface Draft {
  mode: FormMode;
  id: number;
  form: ChannelForm;
}

/** Sends a form, shows its channel, and checks a new one at once. Rejects with an `ApiFailure`. */
export function createChannelSaver({ client, book, toasts, actions, language }: SaverOptions) {
  const send = async ({ mode, id, form }: Draft): Promise<Channel> => {
    const json = bodyOf(form);
    if (mode === 'edit') {
      const param = { id: String(id) };
      return (await answerOf(client.api.targets[':id'].$patch({ param, json }))).item;
    }
    const body = { ...json, api_key: json.api_key ?? '' };
    return (await answerOf(client.api.targets.$post({ json: body }))).item;
  };

  return async (draft: Draft): Promise<void> => {
    const { t } = language.translator;
    const { mode } = draft;
    const item = await send(draft);
    book.put(item);
    if (mode === 'edit') {
      const action = { text: t('toast.check_now'), run: () => void actions.check(item.id) };
      toasts.show(t('toast.saved', { name: item.name }), { action });
      return;
    }
    toasts.show(t('toast.added', { name: item.name }));
    if (item.enabled) void actions.check(item.id);
  };
}
