import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure, sentenceOf } from '../api/failure.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import {
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
import { keyHintOf, saveTextOf, titleOf } from './channel-form-texts.ts';
import { createChannelSaver } from './save-channel.ts';

/** The dialog that adds, duplicates and edits a channel. */
export interface ChannelFormStore {
  isOpen: boolean;
  mode: FormMode;
  /** The channel that is edited or duplicated. */
  id: number;
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

export interface ChannelFormOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  actions: ActionsStore;
  language: LanguageStore;
  /** Puts the reader where the first fault is. */
  focusField(field: FormField): void;
}

export function createChannelFormStore(options: ChannelFormOptions): ChannelFormStore {
  const { client, book, language } = options;
  const saveChannel = createChannelSaver(options);
  return {
    isOpen: false,
    mode: 'new',
    id: 0,
    form: { ...emptyForm },
    errors: {},
    failure: '',
    isBusy: false,
    isAdvanced: false,
    get title() {
      return titleOf(this.mode, book.get(this.id), language.translator);
    },
    get saveText() {
      return saveTextOf(this, language.translator);
    },
    get keyHint() {
      return keyHintOf(this.mode, book.get(this.id), language.translator);
    },
    add() {
      openForm(this, 'new', 0, { ...emptyForm });
    },
    copy(id) {
      const channel = book.get(id);
      if (!channel) return;
      openForm(this, 'copy', id, { ...formOf(channel), name: `${channel.name} 2` });
    },
    edit(id) {
      const channel = book.get(id);
      if (channel) openForm(this, 'edit', id, formOf(channel));
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
      try {
        const param = { id: String(this.id) };
        const { item } = await answerOf(client.api.targets[':id'].secret.$get({ param }));
        this.form.api_key = item.api_key;
      } catch (error) {
        this.errors.api_key = sentenceOf(error, language.translator);
      }
    },
    async submit() {
      if (this.isBusy || showFaults(this, options)) return;
      this.isBusy = true;
      this.failure = '';
      try {
        await saveChannel(this);
        this.close();
      } catch (error) {
        showRefusal(this, error, options);
      } finally {
        this.isBusy = false;
      }
    },
  };
}

function openForm(store: ChannelFormStore, mode: FormMode, id: number, form: ChannelForm): void {
  Object.assign(store, { mode, id, form, errors: {}, failure: '', isAdvanced: false });
  store.isOpen = true;
}

/** Shows what can be told before the server is asked; answers whether there was anything. */
function showFaults(store: ChannelFormStore, options: ChannelFormOptions): boolean {
  const stored = store.mode === 'edit' ? (options.book.get(store.id) ?? null) : null;
  const faults = Object.entries(faultsOf(store.form, store.mode, stored));
  const { t } = options.language.translator;
  showErrors(store, Object.fromEntries(faults.map(([field, key]) => [field, t(key)])), options);
  return faults.length > 0;
}

/** Shows the api's sentence at the field that it is about, else above all fields. */
function showRefusal(store: ChannelFormStore, error: unknown, options: ChannelFormOptions): void {
  const sentence = sentenceOf(error, options.language.translator);
  const { status, detail } = error instanceof ApiFailure ? error : { status: 0, detail: null };
  const field = status === 409 ? 'name' : fieldNamedIn(detail ?? '');
  if (field) showErrors(store, { [field]: sentence }, options);
  else store.failure = sentence;
}

const advancedFields: ReadonlySet<FormField> = new Set([
  'prompt',
  'max_models',
  'anthropic_version',
  'verify_ssl',
  'visitor_channel_actions_enabled',
]);

function showErrors(
  store: ChannelFormStore,
  errors: ChannelFormStore['errors'],
  { focusField }: ChannelFormOptions,
): void {
  store.errors = errors;
  const first = Object.keys(emptyForm).find((it): it is FormField => it in errors);
  if (!first) return;
  if (advancedFields.has(first)) store.isAdvanced = true;
  focusField(first);
}
