import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure, sentenceOf } from '../api/failure.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import {
  bodyOf,
  type ChannelForm,
  emptyForm,
  type FormField,
  type FormMode,
  faultsOf,
  fieldNamedIn,
  formOf,
} from '../channels/channel-form.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';
import type { ActionsStore } from './actions-store.ts';

/** The dialog that adds, duplicates and edits a channel. */
export interface ChannelFormStore {
  isOpen: boolean;
  mode: FormMode;
  id: number | null;
  form: ChannelForm;
  errors: Partial<Record<FormField, string>>;
  /** A refusal that belongs to no field. */
  failure: string;
  isBusy: boolean;
  isAdvanced: boolean;
  readonly title: string;
  readonly saveText: string;
  readonly keyHint: string;
  add(): void;
  copy(id: number): void;
  edit(id: number): void;
  close(): void;
  clearError(field: FormField): void;
  toggleAdvanced(): void;
  showKey(): Promise<void>;
  submit(): Promise<void>;
}

interface ChannelFormOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  actions: ActionsStore;
  language: LanguageStore;
  /** Puts the reader where the first fault is. */
  focusField(field: FormField): void;
}

const advancedFields: ReadonlySet<FormField> = new Set([
  'prompt',
  'max_models',
  'anthropic_version',
  'verify_ssl',
  'visitor_channel_actions_enabled',
]);

export function createChannelFormStore(options: ChannelFormOptions): ChannelFormStore {
  const { client, book, toasts, actions, language } = options;

  const open = (store: ChannelFormStore, mode: FormMode, id: number | null, form: ChannelForm) => {
    Object.assign(store, { mode, id, form, errors: {}, failure: '', isAdvanced: false });
    store.isOpen = true;
  };

  const show = (store: ChannelFormStore, errors: Partial<Record<FormField, string>>) => {
    store.errors = errors;
    const first = Object.keys(emptyForm).find((it): it is FormField => it in errors);
    if (!first) return;
    if (advancedFields.has(first)) store.isAdvanced = true;
    options.focusField(first);
  };

  const save = async (store: ChannelFormStore) => {
    const json = bodyOf(store.form);
    if (store.mode === 'edit' && store.id !== null) {
      const param = { id: String(store.id) };
      return (await answerOf(client.api.targets[':id'].$patch({ param, json }))).item;
    }
    const body = { ...json, api_key: json.api_key ?? '' };
    return (await answerOf(client.api.targets.$post({ json: body }))).item;
  };

  const saved = (store: ChannelFormStore, item: Awaited<ReturnType<typeof save>>) => {
    const { t } = language.translator;
    book.put(item);
    store.close();
    if (store.mode !== 'edit') {
      toasts.show(t('toast.added', { name: item.name }));
      if (item.enabled) void actions.check(item.id);
      return;
    }
    const action = { text: t('toast.check_now'), run: () => void actions.check(item.id) };
    toasts.show(t('toast.saved', { name: item.name }), { action });
  };

  const refused = (store: ChannelFormStore, error: unknown) => {
    const sentence = sentenceOf(error, language.translator);
    const isAboutName = error instanceof ApiFailure && error.status === 409;
    const field = isAboutName ? 'name' : fieldNamedIn(sentence);
    if (field) show(store, { [field]: sentence });
    else store.failure = sentence;
  };

  return {
    isOpen: false,
    mode: 'new',
    id: null,
    form: { ...emptyForm },
    errors: {},
    failure: '',
    isBusy: false,
    isAdvanced: false,
    get title() {
      const name = book.get(this.id ?? 0)?.name ?? '';
      return language.translator.t(`form.title.${this.mode}`, { name });
    },
    get saveText() {
      const { t } = language.translator;
      if (this.isBusy) return t('form.saving');
      if (this.mode === 'edit') return t('form.save');
      return t(this.form.enabled ? 'form.save.new' : 'form.save.new_paused');
    },
    get keyHint() {
      const masked = book.get(this.id ?? 0)?.api_key ?? '';
      return this.mode === 'edit' ? language.translator.t('form.api_key.keep', { masked }) : 'sk-…';
    },
    add() {
      open(this, 'new', null, { ...emptyForm });
    },
    copy(id) {
      const channel = book.get(id);
      if (!channel) return;
      open(this, 'copy', id, { ...formOf(channel), name: `${channel.name} 2` });
    },
    edit(id) {
      const channel = book.get(id);
      if (channel) open(this, 'edit', id, formOf(channel));
    },
    close() {
      this.isOpen = false;
      // A typed key must not outlive its dialog.
      this.form.api_key = '';
    },
    clearError(field) {
      delete this.errors[field];
    },
    toggleAdvanced() {
      this.isAdvanced = !this.isAdvanced;
    },
    async showKey() {
      if (this.id === null) return;
      try {
        const param = { id: String(this.id) };
        const { item } = await answerOf(client.api.targets[':id'].secret.$get({ param }));
        this.form.api_key = item.api_key;
      } catch (error) {
        this.errors.api_key = sentenceOf(error, language.translator);
      }
    },
    async submit() {
      if (this.isBusy) return;
      const stored = this.mode === 'edit' ? (book.get(this.id ?? 0) ?? null) : null;
      const faults = Object.entries(faultsOf(this.form, this.mode, stored));
      const { t } = language.translator;
      show(this, Object.fromEntries(faults.map(([field, key]) => [field, t(key)])));
      if (faults.length > 0) return;
      this.isBusy = true;
      this.failure = '';
      try {
        saved(this, await save(this));
      } catch (error) {
        refused(this, error);
      } finally {
        this.isBusy = false;
      }
    },
  };
}
