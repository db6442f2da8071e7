import { type FieldErrors, namesOf } from '@api-monitor/core';
import { load, noErrors, type Phase } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { Settings } from '../../api/wire-types.ts';
import { filledForm } from '../../forms/form-values.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';

/** Numbers are texts as typed. */
const emptyForm = {
  routing_policy: '',
  bare_models: true,
  patience_s: '',
  spread: '',
  price_tolerance: '',
};
type Field = keyof typeof emptyForm;

/** How the gateway chooses channels, and where each value comes from. */
export function createRoutingPanel({ client, language, toasts, attempt, view }: AdminParts) {
  type Patch = Parameters<typeof client.api.admin.settings.$patch>[0]['json'];
  const patch = async (json: Patch) =>
    (await answerOf(client.api.admin.settings.$patch({ json }))).item;
  return {
    phase: initially<Phase>('loading'),
    isBusy: false,
    failure: '',
    errors: noErrors(emptyForm),
    settings: initially<Settings | null>(null),
    form: { ...emptyForm },
    /** The values of the form that differ from those in force. */
    get changes() {
      const { settings, form } = this;
      const entries = namesOf(form).map((name) => [name, readField(name, form[name])] as const);
      return Object.fromEntries(entries.filter(([name, value]) => value !== settings?.[name]));
    },
    get isChanged() {
      return Object.keys(this.changes).length > 0;
    },
    /** Whether the spread means anything. */
    get isByLatency() {
      return this.form.routing_policy === 'latency' || this.isByPrice;
    },
    /** Whether the tolerance means anything. */
    get isByPrice() {
      return this.form.routing_policy === 'price';
    },
    sourceOf(name: Field): string {
      const source = this.settings?.sources[name];
      return source ? language.t(`admin.source.${source}`) : '';
    },
    /** Whether an admin set it and can therefore reset it. */
    isSet(name: Field): boolean {
      return this.settings?.sources[name] === 'admin';
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
    discard() {
      if (this.settings) this.take(this.settings);
      Object.assign(this, { failure: '', errors: noErrors(emptyForm) });
    },
    async save() {
      await this.change(this.changes, faultsOf(this.changes));
    },
    /** Goes back to the environment's value, or the default. */
    async reset(name: Field) {
      await this.change({ [name]: null }, {});
    },
    async change(json: Patch, faults: FieldErrors) {
      const save = async () => {
        this.take(await patch(json));
        toasts.show(language.t('admin.saved'));
      };
      await attempt(this, save, faults);
    },
  };
}

function readField(name: Field, typed: string | boolean): string | number | boolean {
  if (typeof typed === 'boolean' || name === 'routing_policy') return typed;
  return typed.trim() === '' ? Number.NaN : Number(typed);
}

/** JSON has no way to say that a text isn't a number. */
function faultsOf(changes: Record<string, unknown>): FieldErrors {
  const faulty = Object.keys(changes).filter((name) => Number.isNaN(changes[name]));
  return Object.fromEntries(faulty.map((name) => [name, { code: 'wrong_type' }]));
}
