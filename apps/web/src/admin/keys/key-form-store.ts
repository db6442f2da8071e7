import { answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { Attempting } from '../attempt.ts';
import {
  emptyKeyForm,
  type KeyField,
  type KeyForm,
  keyBodyOf,
  keyFaultsOf,
  keyFieldNamedIn,
  keyFormOf,
} from './key-form.ts';
import type { KeysOptions, KeysStore } from './keys-store.ts';

/** The dialog that makes and changes a proxy key. */
export interface KeyFormStore extends Attempting {
  isOpen: boolean;
  /** 0: a new key. */
  id: number;
  form: KeyForm;
  errors: Partial<Record<KeyField, string>>;
  readonly title: string;
  add(): void;
  edit(id: number): void;
  close(): void;
  hasChannel(id: number): boolean;
  toggleChannel(id: number): void;
  submit(): Promise<void>;
}

interface KeyFormOptions extends KeysOptions {
  keys: KeysStore;
}

export function createKeyFormStore(options: KeyFormOptions): KeyFormStore {
  const { keys, language, attempt } = options;
  const t: LanguageStore['translator']['t'] = (...key) => language.translator.t(...key);
  const open = (store: KeyFormStore, id: number, form: KeyForm) => {
    Object.assign(store, { id, form, errors: {}, failure: '', isOpen: true });
  };
  return {
    isBusy: false,
    failure: '',
    isOpen: false,
    id: 0,
    form: { ...emptyKeyForm },
    errors: {},
    get title() {
      const name = keys.keys.find((it) => it.id === this.id)?.name ?? '';
      return this.id === 0 ? t('admin.keys.new') : t('admin.keys.edit', { name });
    },
    add() {
      open(this, 0, { ...emptyKeyForm, targetIds: [] });
    },
    edit(id) {
      const key = keys.keys.find((it) => it.id === id);
      if (key) open(this, id, keyFormOf(key));
    },
    close() {
      this.isOpen = false;
    },
    hasChannel(id) {
      return this.form.targetIds.includes(id);
    },
    toggleChannel(id) {
      const { targetIds } = this.form;
      this.form.targetIds = targetIds.includes(id)
        ? targetIds.filter((it) => it !== id)
        : [...targetIds, id];
    },
    async submit() {
      const faults = Object.entries(keyFaultsOf(this.form));
      this.errors = Object.fromEntries(faults.map(([field, key]) => [field, t(key)]));
      if (faults.length > 0) return;
      if (await attempt(this, () => save(this, options))) this.close();
      else showAtField(this);
    },
  };
}

async function save(store: KeyFormStore, options: KeyFormOptions): Promise<void> {
  const { client, keys, language, toasts, reveal } = options;
  const { t } = language.translator;
  const json = keyBodyOf(store.form);
  if (store.id === 0) {
    const { item, proxy_key } = await answerOf(client.api.proxy.keys.$post({ json }));
    keys.put(item);
    const title = t('admin.keys.made', { name: item.name });
    reveal.show({ title, intro: t('admin.reveal.intro'), text: proxy_key });
    return;
  }
  const param = { id: String(store.id) };
  keys.put((await answerOf(client.api.proxy.keys[':id'].$patch({ param, json }))).item);
  toasts.show(t('admin.saved'));
}

function showAtField(store: KeyFormStore): void {
  const field = keyFieldNamedIn(store.failure);
  if (!field) return;
  store.errors = { [field]: store.failure };
  store.failure = '';
}
