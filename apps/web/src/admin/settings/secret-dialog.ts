import { idleAttempt, noErrors } from '../../api/attempt.ts';
import type { Settings } from '../../api/wire-types.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

/** The secrets in the order of the page. */
export const secretFields = [
  'api_monitor_token',
  'api_monitor_token_visitor',
  'proxy_master_token',
  'admin_panel_password',
] as const;

export type SecretField = (typeof secretFields)[number];

/** The prefix of each generated secret. */
const prefixes: Record<SecretField, string> = {
  api_monitor_token: 'am-',
  api_monitor_token_visitor: 'visitor-',
  proxy_master_token: 'sk-master-',
  admin_panel_password: '',
};

type SecretsPatch = Partial<Record<SecretField, string | null>> & { current_password?: string };

const emptyForm = { value: '', current_password: '' };

/** The API reports errors under the secret's own name. */
const atStart = () => ({
  ...idleAttempt({ ...emptyForm, ...prefixes }),
  form: { ...emptyForm },
});

/** The dialog that replaces a secret by the typed one, or by a generated one if the field is empty. */
export function createSecretDialog(
  { language, toasts, reveal, attempt }: AdminParts,
  patch: (json: SecretsPatch) => Promise<Settings>,
) {
  let onSaved: (settings: Settings) => void = () => {};
  return {
    isOpen: false,
    isBusy: false,
    failure: '',
    errors: noErrors({ ...emptyForm, ...prefixes }),
    form: { ...emptyForm },
    field: initially<SecretField>('api_monitor_token'),
    /** Whether the dialog resets the secret instead of replacing it. */
    isUndo: false,
    get needsPassword() {
      return this.field === 'admin_panel_password';
    },
    get canSave() {
      return !this.isBusy && !(this.needsPassword && this.form.current_password === '');
    },
    get name() {
      return language.t(`admin.secret.${this.field}`);
    },
    get title() {
      const { name } = this;
      return language.t(this.isUndo ? 'admin.secret.back.title' : 'admin.secret.replace', { name });
    },
    get hint() {
      return language.t(
        this.isUndo ? 'admin.secret.back.body' : `admin.secret.${this.field}.effect`,
      );
    },
    open(field: SecretField, isUndo: boolean, whenSaved: (settings: Settings) => void) {
      onSaved = whenSaved;
      Object.assign(this, atStart(), { field, isUndo, isOpen: true });
    },
    close() {
      // Typed secrets must not outlive the dialog.
      Object.assign(this, atStart(), { isOpen: false });
    },
    async submit() {
      const { field, isUndo, name } = this;
      const { value, current_password } = this.form;
      const isGenerated = value === '' && !isUndo;
      const text = isGenerated ? randomSecret(prefixes[field]) : value;
      const isSaved = await attempt(this, async () => {
        const password = current_password === '' ? {} : { current_password };
        onSaved(await patch({ [field]: isUndo ? null : text, ...password }));
      });
      this.errors.value = this.errors[field];
      if (!isSaved) return;
      this.close();
      if (!isGenerated) return toasts.show(language.t('admin.saved'));
      const title = language.t('admin.secret.new', { name });
      reveal.show({ title, intro: language.t('admin.reveal.intro'), text });
    },
  };
}

/** A new token of 192 random bits. */
function randomSecret(prefix: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(24));
  const text = btoa(String.fromCharCode(...bytes));
  return prefix + text.replaceAll('+', '-').replaceAll('/', '_');
}
