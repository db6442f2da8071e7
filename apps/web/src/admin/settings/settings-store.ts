import { type ApiClient, answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import {
  changedSettings,
  emptySettings,
  faultyNumbers,
  type SettingsField,
  type SettingsForm,
  settingNamedIn,
  settingsFormOf,
} from './settings-form.ts';

export type Settings = Awaited<ReturnType<typeof readSettings>>;

/** The settings that an admin may change while the monitor runs; the secrets have a store of their own. */
export interface SettingsStore extends Attempting {
  phase: 'loading' | 'ready' | 'failed';
  settings: Settings | null;
  form: SettingsForm;
  errors: Partial<Record<SettingsField, string>>;
  readonly isChanged: boolean;
  load(): Promise<void>;
  /** What the server now says is in force. */
  take(settings: Settings): void;
  sourceText(field: keyof Settings['sources']): string;
  reset(): void;
  save(): Promise<void>;
}

interface SettingsOptions {
  client: ApiClient;
  language: LanguageStore;
  toasts: ToastStore;
  attempt: Attempt;
}

export function createSettingsStore(options: SettingsOptions): SettingsStore {
  const { client, language, attempt } = options;
  return {
    phase: 'loading',
    isBusy: false,
    failure: '',
    settings: null,
    form: { ...emptySettings },
    errors: {},
    get isChanged() {
      if (!this.settings) return false;
      return Object.keys(changedSettings(this.form, this.settings)).length > 0;
    },
    async load() {
      const isLoaded = await attempt(this, async () => this.take(await readSettings(client)));
      if (!this.settings) this.phase = isLoaded ? 'ready' : 'failed';
    },
    take(settings) {
      this.settings = settings;
      this.form = settingsFormOf(settings);
      this.errors = {};
      this.phase = 'ready';
    },
    sourceText(field) {
      const source = this.settings?.sources[field];
      return source ? language.translator.t(`admin.source.${source}`) : '';
    },
    reset() {
      if (this.settings) this.take(this.settings);
    },
    async save() {
      const before = this.settings;
      if (!before) return;
      const required = language.translator.t('form.number');
      this.errors = Object.fromEntries(faultyNumbers(this.form).map((it) => [it, required]));
      if (Object.keys(this.errors).length > 0) return;
      await attempt(this, async () => {
        const json = changedSettings(this.form, before);
        this.take((await answerOf(client.api.admin.settings.$patch({ json }))).item);
        options.toasts.show(language.translator.t('admin.saved'));
      });
      showAtField(this);
    },
  };
}

/** A refusal that names a field stands there; only others stand above. */
function showAtField(store: SettingsStore): void {
  const detail = store.failure.replace(/^.*?：/, '');
  const field = settingNamedIn(detail);
  if (!field) return;
  store.errors = { [field]: store.failure };
  store.failure = '';
}

async function readSettings(client: ApiClient) {
  return (await answerOf(client.api.admin.settings.$get())).item;
}
