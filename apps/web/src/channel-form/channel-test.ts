import type { FieldErrors } from '@api-monitor/core';
import { pick } from '@api-monitor/core';
import type { Attempt } from '../api/attempt.ts';
import { type ApiClient, answerOf } from '../api/client.ts';
import { initially } from '../shell/initially.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { bodyOf, type ChannelForm } from './channel-form.ts';
import { type ChannelTestResult, testLines } from './test-lines.ts';

interface ChannelTestOptions {
  client: ApiClient;
  language: LanguageStore;
  attempt: Attempt;
}

interface TestedForm {
  form: ChannelForm;
  /** The stored channel that the form changes; null: a new one. */
  target_id: number | null;
  /** Of the form's fields: a test shows its own faults there too. */
  errors: Record<string, string>;
  faults: FieldErrors;
}

/** What a test depends on, so that a result of other values isn't taken for one of these. */
const decisiveFields = {
  base_url: true,
  api_key: true,
  proxy_url: true,
  headers: true,
  user_agent: true,
  verify_ssl: true,
  ca_certificate: true,
  paths: true,
} as const;

/** More names than a person looks through. */
const offeredNames = 300;

/** Tries the channel in the form before it is saved. */
export function createChannelTest({ client, language, attempt }: ChannelTestOptions) {
  let leaving = new AbortController();
  return {
    isBusy: false,
    failure: '',
    errors: initially<Record<string, string>>({}),
    result: initially<ChannelTestResult | null>(null),
    /** The model to ask the next time. */
    model: '',
    /** The decisive fields of the form that was tried, as text. */
    tried: '',
    get isShown() {
      return this.isBusy || this.result !== null || this.failure !== '';
    },
    get busy() {
      return language.t('test.busy');
    },
    get other() {
      return language.t('test.other');
    },
    get lines() {
      return this.result && !this.isBusy ? testLines(this.result, language.translator) : [];
    },
    get names() {
      return (this.result?.list?.models ?? []).slice(0, offeredNames);
    },
    /** The models that a test of this form has listed; null if none has. */
    listed(form: ChannelForm): string[] | null {
      return this.tried === decisiveText(form) ? (this.result?.list?.models ?? null) : null;
    },
    reset() {
      leaving.abort();
      Object.assign(this, { failure: '', result: null, model: '', tried: '' });
    },
    cancel() {
      leaving.abort();
    },
    /** Resolves to the cost of the channel's checks, or null if it couldn't be tried. */
    async run({ form, target_id, errors, faults }: TestedForm) {
      leaving = new AbortController();
      const { signal } = leaving;
      const { name, ...fields } = bodyOf(form);
      const model = this.model.trim() || null;
      const json = { ...fields, ...(name === '' ? {} : { name }), target_id, model };
      this.errors = errors;
      const ask = async () => {
        this.result = null;
        const call = client.api.targets.test.$post({ json }, { init: { signal } });
        const { item } = await answerOf(call);
        if (signal.aborted) return;
        this.result = item;
        this.model = item.probe?.model ?? '';
        this.tried = decisiveText(form);
      };
      await attempt(this, ask, faults);
      // The reader knows that it was cancelled.
      if (signal.aborted) this.failure = '';
      return this.result?.cost ?? null;
    },
  };
}

function decisiveText(form: ChannelForm): string {
  return JSON.stringify(pick(form, decisiveFields));
}
