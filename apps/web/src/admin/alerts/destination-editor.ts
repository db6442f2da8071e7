import type { AlertKind, Severity } from '@api-monitor/core';
import { severities } from '@api-monitor/core';
import { idleAttempt, noErrors } from '../../api/attempt.ts';
import { answerOf } from '../../api/client.ts';
import type { AlertDestination, DestinationKindInfo } from '../../api/wire-types.ts';
import { formatLatency } from '../../format/duration.ts';
import { readerZone } from '../../format/time.ts';
import { initially } from '../../shell/initially.ts';
import type { AdminParts } from '../parts.ts';
import {
  alertKinds,
  type ConfigValue,
  configBodyOf,
  configFormOf,
  destinationBodyOf,
  destinationFaultsOf,
  destinationFormOf,
  emptyDestinationForm,
} from './destination-form.ts';

/** A field of a kind, in the reader's language. */
interface ConfigField {
  name: string;
  input: string;
  /** Where the API says what is wrong with it. */
  path: string;
  id: string;
  label: string;
  help: string;
  choices: { value: string; label: string }[];
}

interface TestResult {
  tone: 'ok' | 'bad' | '';
  text: string;
  answer: string;
}

const noTest: TestResult = { tone: '', text: '', answer: '' };

/** The dialog that adds and changes a destination. Its fields come from the API, by the kind. */
export function createDestinationEditor(parts: AdminParts) {
  const { client, language, toasts, attempt } = parts;
  const route = client.api.alerts.destinations;
  let stored: AlertDestination | null = null;
  let onSaved: (saved: AlertDestination) => void = () => {};
  const empty = () => emptyDestinationForm(language.is, readerZone());

  return {
    ...idleAttempt(empty()),
    isOpen: false,
    isNew: true,
    storedName: '',
    form: empty(),
    config: initially<Record<string, ConfigValue>>({}),
    kinds: initially<DestinationKindInfo[]>([]),
    channels: initially<{ id: number; name: string }[]>([]),
    testing: { isBusy: false, failure: '', ...noTest },
    severities,
    alertKinds,
    get title(): string {
      if (this.isNew) return language.t('alerts.destination.new');
      return language.t('alerts.destination.edit', { name: this.storedName });
    },
    get kind(): DestinationKindInfo | undefined {
      return this.kinds.find(({ kind }) => kind === this.form.kind);
    },
    get kindNames(): { kind: string; name: string }[] {
      return this.kinds.map(({ kind, name }) => ({ kind, name: name[language.is] }));
    },
    get docs(): string {
      return this.kind?.docs ?? '';
    },
    /** The fields of the chosen kind, in the reader's language. */
    get fields(): ConfigField[] {
      return (this.kind?.fields ?? []).map(({ name, input, label, help, choices, isRequired }) => ({
        ...{ name, input, path: `config.${name}`, id: `destination-config-${name}` },
        label: label[language.is] + (isRequired ? '' : language.t('alerts.optional')),
        help: help?.[language.is] ?? '',
        choices: Object.entries(choices ?? {}).map(([value, words]) => {
          return { value, label: words[language.is] };
        }),
      }));
    },
    /** Opens for a destination, or for a new one. */
    open(opened: AlertDestination | null, whenSaved: (saved: AlertDestination) => void): void {
      stored = opened;
      onSaved = whenSaved;
      const form = opened ? destinationFormOf(opened) : empty();
      Object.assign(this, idleAttempt(form), {
        ...{ form, isNew: !opened, storedName: opened?.name ?? '', isOpen: true },
      });
      this.fillConfig();
    },
    close(): void {
      this.isOpen = false;
    },
    setKind(kind: string): void {
      this.form.kind = kind;
      this.fillConfig();
    },
    fillConfig(): void {
      const { kind } = this;
      const config = stored?.kind === kind?.kind ? (stored?.config ?? null) : null;
      this.config = kind ? configFormOf(kind, config) : {};
      this.testing = { isBusy: false, failure: '', ...noTest };
      this.clearErrors();
    },
    clearErrors(): void {
      const paths = Object.keys(this.config).map((name) => [`config.${name}`, '']);
      this.errors = { ...noErrors(this.form), quiet_hours: '', ...Object.fromEntries(paths) };
    },
    setConfig(name: string, value: ConfigValue): void {
      this.config[name] = value;
      this.setError(`config.${name}`, '');
    },
    setError(path: string, text: string): void {
      this.errors = { ...this.errors, [path]: text };
    },
    errorOf(path: string): string {
      return new Map(Object.entries(this.errors)).get(path) ?? '';
    },
    toggleSeverity(one: Severity): void {
      this.form.severities = toggled(this.form.severities, one);
    },
    toggleKind(one: AlertKind): void {
      this.form.kinds = toggled(this.form.kinds, one);
    },
    toggleChannel(one: number): void {
      this.form.target_ids = toggled(this.form.target_ids, one);
    },
    async test(): Promise<void> {
      const { kind } = this;
      if (!kind || this.testing.isBusy) return;
      this.clearErrors();
      Object.assign(this.testing, noTest, { errors: this.errors });
      await attempt(this.testing, async () => {
        const body = { ...destinationBodyOf(this.form), config: configBodyOf(kind, this.config) };
        const json = { ...body, kind: kind.kind, destination_id: stored?.id ?? null };
        const { item } = await answerOf(route.test.$post({ json }));
        const key = item.is_sent ? 'alerts.test.sent' : 'alerts.test.failed';
        Object.assign(this.testing, {
          tone: item.is_sent ? 'ok' : 'bad',
          text: language.t(key, { time: formatLatency(item.duration), status: item.status ?? '—' }),
          answer: item.answer,
        });
      });
    },
    async submit(): Promise<void> {
      const { kind } = this;
      if (!kind) return;
      this.clearErrors();
      const save = async () => {
        const body = { ...destinationBodyOf(this.form), config: configBodyOf(kind, this.config) };
        const answer = stored
          ? route[':id'].$patch({ param: { id: String(stored.id) }, json: body })
          : route.$post({ json: { ...body, kind: kind.kind } });
        onSaved((await answerOf(answer)).item);
        toasts.show(language.t('admin.saved'));
      };
      if (await attempt(this, save, destinationFaultsOf(this.form))) this.close();
    },
  };
}

function toggled<T>(all: readonly T[], one: T): T[] {
  return all.includes(one) ? all.filter((it) => it !== one) : [...all, one];
}
