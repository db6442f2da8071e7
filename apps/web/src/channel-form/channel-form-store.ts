import { namesOf } from '@api-monitor/core';
import { type Attempt, idleAttempt, noErrors } from '../api/attempt.ts';
import { type ApiClient, answerOf } from '../api/client.ts';
import { sentenceOf } from '../api/failure.ts';
import type { Channel } from '../channels/channel.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import {
  advancedForm,
  bodyOf,
  type ChannelForm,
  emptyForm,
  type FormMode,
  faultsOf,
  formOf,
} from '../channels/channel-form.ts';
import { initially } from '../shell/initially.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';

interface ChannelFormOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  language: LanguageStore;
  attempt: Attempt;
  actions: { check(id: number): unknown };
}

/** The dialog that adds, copies and edits a channel. */
export function createChannelFormStore(options: ChannelFormOptions) {
  const { client, book, toasts, language, attempt, actions } = options;

  const send = async (mode: FormMode, id: number, form: ChannelForm): Promise<Channel> => {
    const json = bodyOf(form);
    if (mode === 'edit') {
      const param = { id: String(id) };
      return (await answerOf(client.api.targets[':id'].$patch({ param, json }))).item;
    }
    const body = { ...json, api_key: form.api_key.trim() };
    return (await answerOf(client.api.targets.$post({ json: body }))).item;
  };
  /** Says that a channel was saved. A new one is checked at once, an edited one when the reader asks. */
  const follow = ({ id, name, enabled }: Channel, isNew: boolean) => {
    const check = () => void actions.check(id);
    const action = { text: language.t('toast.check_now'), run: check };
    toasts.show(
      language.t(isNew ? 'toast.added' : 'toast.saved', { name }),
      isNew ? {} : { action },
    );
    if (isNew && enabled) check();
  };

  return {
    isOpen: false,
    isBusy: false,
    failure: '',
    errors: noErrors(emptyForm),
    mode: initially<FormMode>('new'),
    /** The channel that is edited or copied. */
    id: 0,
    form: { ...emptyForm },
    isAdvanced: false,
    get title() {
      return language.t(`form.title.${this.mode}`, { name: book.get(this.id)?.name ?? '' });
    },
    /** A new channel is checked at once, unless it is paused. */
    get saveText() {
      if (this.isBusy) return language.t('form.saving');
      if (this.mode === 'edit') return language.t('form.save');
      return language.t(this.form.enabled ? 'form.save.new' : 'form.save.new_paused');
    },
    /** An edited channel keeps its key if none is typed. */
    get keyHint() {
      if (this.mode !== 'edit') return 'sk-…';
      return language.t('form.api_key.keep', { masked: book.get(this.id)?.api_key ?? '' });
    },
    add() {
      this.open('new', 0, { ...emptyForm });
    },
    copy(id: number) {
      const channel = book.get(id);
      if (channel) this.open('copy', id, { ...formOf(channel), name: `${channel.name} 2` });
    },
    edit(id: number) {
      const channel = book.get(id);
      if (channel) this.open('edit', id, formOf(channel));
    },
    open(mode: FormMode, id: number, form: ChannelForm) {
      Object.assign(this, idleAttempt(emptyForm), { mode, id, form, isAdvanced: false });
      this.isOpen = true;
    },
    close() {
      this.isOpen = false;
      // A typed key must not outlive its dialog.
      this.form.api_key = '';
    },
    async showKey() {
      try {
        const param = { id: String(this.id) };
        const { item } = await answerOf(client.api.targets[':id'].secret.$get({ param }));
        this.form.api_key = item.api_key;
      } catch (error) {
        this.errors.api_key = sentenceOf(error, language.translator);
      }
    },
    async submit() {
      const { mode, id, form } = this;
      const save = async () => {
        const channel = await send(mode, id, form);
        book.put(channel);
        follow(channel, mode !== 'edit');
      };
      const stored = mode === 'edit' ? (book.get(id) ?? null) : null;
      if (await attempt(this, save, faultsOf(form, mode, stored))) this.close();
      else if (namesOf(advancedForm).some((it) => this.errors[it] !== '')) this.isAdvanced = true;
    },
  };
}
