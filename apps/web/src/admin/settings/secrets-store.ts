import { type ApiClient, answerOf } from '../../api/client.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import type { Attempt, Attempting } from '../attempt.ts';
import type { ConfirmStore } from '../confirm-store.ts';
import { randomSecret } from '../random-secret.ts';
import type { RevealStore } from '../reveal-store.ts';
import type { SettingsStore } from './settings-store.ts';

/** The secrets in the order of the page, with the prefix of those that the page makes. */
const prefixes = {
  api_monitor_token: 'am-',
  api_monitor_token_visitor: 'visitor-',
  proxy_master_token: 'sk-master-',
  admin_panel_password: '',
} as const;
export type SecretField = keyof typeof prefixes;

interface SecretRow {
  field: SecretField;
  name: string;
  hint: string;
  masked: string;
  source: string;
  /** An admin set it, so there is something to go back to. */
  isSet: boolean;
}

/** Nothing entered is kept. */
const closed = { isOpen: false, value: '', current: '', isBack: false };

/** Replaces the tokens and the password, each by what is entered or by what the page makes. */
export interface SecretsStore extends Attempting {
  isOpen: boolean;
  field: SecretField;
  value: string;
  /** The password in force, where the password is what changes. */
  current: string;
  /** What was set here is undone, rather than replaced. */
  isBack: boolean;
  readonly needsCurrent: boolean;
  readonly canSave: boolean;
  readonly rows: SecretRow[];
  readonly title: string;
  readonly hint: string;
  open(field: SecretField): void;
  close(): void;
  save(): Promise<void>;
  goBack(field: SecretField): Promise<void>;
}

interface SecretsOptions {
  client: ApiClient;
  settings: SettingsStore;
  language: LanguageStore;
  toasts: ToastStore;
  confirm: ConfirmStore;
  reveal: RevealStore;
  attempt: Attempt;
}

export function createSecretsStore(options: SecretsOptions): SecretsStore {
  const { client, settings, language, attempt } = options;
  const t: LanguageStore['translator']['t'] = (...key) => language.translator.t(...key);
  const put = async (field: SecretField, value: string | null, current = '') => {
    const json = { [field]: value, ...(current === '' ? {} : { current_password: current }) };
    settings.take((await answerOf(client.api.admin.settings.$patch({ json }))).item);
  };
  return {
    isBusy: false,
    failure: '',
    isOpen: false,
    field: 'api_monitor_token',
    value: '',
    current: '',
    isBack: false,
    get needsCurrent() {
      return this.field === 'admin_panel_password';
    },
    get canSave() {
      return !this.isBusy && !(this.needsCurrent && this.current === '');
    },
    get rows() {
      return rowsOf(settings, language);
    },
    get title() {
      const name = t(`admin.secret.${this.field}`);
      return t(this.isBack ? 'admin.secret.back.title' : 'admin.secret.replace', { name });
    },
    get hint() {
      return t(this.isBack ? 'admin.secret.back.body' : `admin.secret.${this.field}.effect`);
    },
    open(field) {
      Object.assign(this, closed, { isOpen: true, field, failure: '' });
    },
    close() {
      Object.assign(this, closed);
    },
    async save() {
      const isMade = this.value === '' && !this.isBack;
      const text = isMade ? randomSecret(prefixes[this.field]) : this.value;
      const next = this.isBack ? null : text;
      if (!(await attempt(this, () => put(this.field, next, this.current)))) return;
      const title = t('admin.secret.new', { name: t(`admin.secret.${this.field}`) });
      this.close();
      if (isMade) options.reveal.show({ title, intro: t('admin.reveal.intro'), text });
      else options.toasts.show(t('admin.saved'));
    },
    async goBack(field) {
      if (field === 'admin_panel_password') {
        this.open(field);
        this.isBack = true;
        return;
      }
      const name = t(`admin.secret.${field}`);
      const isSure = await options.confirm.ask({
        title: t('admin.secret.back.title', { name }),
        body: t('admin.secret.back.body'),
        action: t('admin.secret.back'),
      });
      if (!isSure) return;
      const form = { isBusy: false, failure: '' };
      const isDone = await attempt(form, () => put(field, null));
      options.toasts.show(isDone ? t('admin.saved') : form.failure, {
        tone: isDone ? 'plain' : 'bad',
      });
    },
  };
}

function rowsOf({ settings }: SettingsStore, { translator }: LanguageStore): SecretRow[] {
  if (!settings) return [];
  const fields = Object.keys(prefixes) as SecretField[];
  return fields.map((field) => ({
    field,
    name: translator.t(`admin.secret.${field}`),
    hint: translator.t(`admin.secret.${field}.hint`),
    masked: settings[field],
    source: translator.t(`admin.source.${settings.sources[field]}`),
    isSet: settings.sources[field] === 'admin',
  }));
}
