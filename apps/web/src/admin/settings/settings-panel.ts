import { type FieldErrors, namesOf } from '@api-monitor/core';
import { load, noErrors, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { Settings } from '../../api/wire-types.ts';
import { filledForm } from '../../forms/form-values.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';
import { createSecretDialog, type SecretField, secretFields } from './secret-dialog.ts';

/** The settings that aren't secrets; numbers are texts as typed. */
const emptyForm = {
  visitor_mode_enabled: false,
  log_cleanup_enabled: true,
  log_max_size_mb: '',
  default_interval_min: '',
};

/** The settings that an admin may change while the monitor runs. */
export function createSettingsPanel(parts: AdminParts) {
  const { client, language, toasts, attempt, perform, confirm, view } = parts;
  const patch = async (json: Parameters<typeof client.api.admin.settings.$patch>[0]['json']) =>
    (await answerOf(client.api.admin.settings.$patch({ json }))).item;
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    errors: noErrors(emptyForm),
    settings: initially<Settings | null>(null),
    form: { ...emptyForm },
    secretDialog: createSecretDialog(parts, patch),
    /** The values of the form that differ from those in force. */
    get changes() {
      const inForce: Record<string, unknown> = { ...this.settings };
      const entries = Object.entries(this.form).map(([name, typed]) => [name, readField(typed)]);
      return Object.fromEntries(entries.filter(([name, value]) => value !== inForce[String(name)]));
    },
    get isChanged() {
      return Object.keys(this.changes).length > 0;
    },
    get secrets() {
      const { settings } = this;
      if (!settings) return [];
      return secretFields.map((field) => ({
        field,
        name: language.t(`admin.secret.${field}`),
        hint: language.t(`admin.secret.${field}.hint`),
        masked: settings[field],
        source: language.t(`admin.source.${settings.sources[field]}`),
        /** Whether an admin set it and can therefore reset it. */
        isSet: settings.sources[field] === 'admin',
      }));
    },
    init() {
      view.follow({ tab: 'settings', show: () => this.load() });
    },
    load() {
      return load(attempt, this, async () => {
        this.take((await answerOf(client.api.admin.settings.$get())).item);
      });
    },
    take(settings: Settings) {
      this.settings = settings;
      this.form = filledForm(emptyForm, settings);
    },
    reset() {
      if (this.settings) this.take(this.settings);
      Object.assign(this, { failure: '', errors: noErrors(emptyForm) });
    },
    async save() {
      const save = async () => {
        this.take(await patch(this.changes));
        toasts.show(language.t('admin.saved'));
      };
      // An empty number would be sent as null, which the server reads as “unchanged”.
      const faulty = namesOf(this.form).filter((it) => Number.isNaN(readField(this.form[it])));
      const faults: FieldErrors = Object.fromEntries(
        faulty.map((it) => [it, { code: 'wrong_type' }]),
      );
      await attempt(this, save, faults);
    },
    replace(field: SecretField) {
      this.secretDialog.open(field, false, (settings) => this.take(settings));
    },
    /** Resets to the value from the environment or the first start. */
    async undo(field: SecretField) {
      if (field === 'admin_panel_password') {
        this.secretDialog.open(field, true, (settings) => this.take(settings));
        return;
      }
      const isConfirmed = await confirm.ask({
        title: language.t('admin.secret.back.title', { name: language.t(`admin.secret.${field}`) }),
        body: language.t('admin.secret.back.body'),
        action: language.t('admin.secret.back'),
      });
      if (!isConfirmed) return;
      await perform(async () => {
        this.take(await patch({ [field]: null }));
        toasts.show(language.t('admin.saved'));
      });
    },
  };
}

function readField(typed: string | boolean): number | boolean {
  if (typeof typed === 'boolean') return typed;
  return typed.trim() === '' ? Number.NaN : Number(typed);
}
