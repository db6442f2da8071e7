import { pick, type TargetKey } from '@api-monitor/core';
import { type Attempt, idleAttempt, noErrors } from '../api/attempt.ts';
import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure, sentenceOf } from '../api/failure.ts';
import type { Channel } from '../channels/channel.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import { initially } from '../shell/initially.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';
import {
  bodyOf,
  type ChannelForm,
  emptyForm,
  type FormMode,
  faultsOf,
  formOf,
  linesOf,
  modelsModes,
  shortenedUrl,
} from './channel-form.ts';
import { createChannelTest } from './channel-test.ts';
import { type CostPreview, costText } from './cost-text.ts';
import { createFormParts } from './form-parts.ts';
import { createKeyEditor } from './key-editor.ts';
import { multiplierOffers } from './multiplier-offers.ts';
import { excludedText, matchesText } from './pattern-matches.ts';

interface ChannelFormOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  language: LanguageStore;
  attempt: Attempt;
  actions: { check(id: number): unknown };
  focusField(name: string): void;
  setTimer(callback: () => void, delayMs: number): () => void;
}

/** A typed number isn't asked about digit by digit. */
const costDelayMs = 250;

/** The dialog that adds, copies and edits a channel. */
export function createChannelFormStore(options: ChannelFormOptions) {
  const { client, book, toasts, language, attempt, actions } = options;

  const send = async (
    mode: FormMode,
    id: number,
    form: ChannelForm,
    keys: TargetKey[] | undefined,
  ): Promise<Channel> => {
    const { api_key, ...fields } = bodyOf(form);
    const json = { ...fields, ...(keys?.length ? {} : { api_key }), ...(keys ? { keys } : {}) };
    if (mode === 'edit') {
      const param = { id: String(id) };
      return (await answerOf(client.api.targets[':id'].$patch({ param, json }))).item;
    }
    const body = { ...json, ...(keys ? {} : { api_key: form.api_key.trim() }) };
    return (await answerOf(client.api.targets.$post({ json: body }))).item;
  };
  /**
   * Says that a channel was saved. A new one is checked at once. So is one with another address or key, by
   * the server. Others are checked when the reader asks.
   */
  const follow = (channel: Channel, before: Channel | null, isKeyNew: boolean) => {
    const { id, name, enabled } = channel;
    const check = () => void actions.check(id);
    if (!before) {
      toasts.show(language.t('toast.added', { name }));
      if (enabled) check();
      return;
    }
    const hasMoved = enabled && (isKeyNew || before.base_url !== channel.base_url);
    if (hasMoved) {
      // The server checks it only if the key differs from the stored one; if it runs already, it refuses.
      const param = { id: String(id) };
      answerOf(client.api.targets[':id'].run.$post({ param })).catch(() => {});
      book.put({ ...channel, running: true, run_progress: null });
      return toasts.show(language.t('toast.saved_checking', { name }));
    }
    toasts.show(language.t('toast.saved', { name }), {
      action: { text: language.t('toast.check_now'), run: check },
    });
  };

  let cancelCost = () => {};
  let costTurn = 0;
  /** Null if what is typed so far can't be saved, or the server can't be reached. */
  const askCost = async (
    mode: FormMode,
    id: number,
    form: ChannelForm,
    listed: string[] | null,
  ) => {
    const known = listed ? { listed_models: listed } : {};
    const json = { ...costFieldsOf(form), ...known, target_id: mode === 'new' ? null : id };
    try {
      return (await answerOf(client.api.targets.preview.$post({ json }))).item;
    } catch (error) {
      if (error instanceof ApiFailure) return null;
      throw error;
    }
  };

  return {
    isOpen: false,
    isBusy: false,
    failure: '',
    errors: noErrors(emptyForm),
    mode: initially<FormMode>('new'),
    /** The channel that is edited or copied. */
    id: 0,
    form: { ...emptyForm },
    parts: createFormParts(),
    test: createChannelTest(options),
    keys: createKeyEditor(() => language.translator),
    modelsModes,
    cost: null as CostPreview | null,
    /** The file of the code that manages the edited channel, which is only shown then. */
    managedBy: initially<string | null>(null),
    get isManaged() {
      return this.managedBy !== null;
    },
    get managedText() {
      return language.t('form.managed', { file: this.managedBy ?? '' });
    },
    get cancelText() {
      return language.t(this.isManaged ? 'form.close' : 'form.cancel');
    },
    get title() {
      const what = this.isManaged ? 'managed' : this.mode;
      return language.t(`form.title.${what}`, { name: book.get(this.id)?.name ?? '' });
    },
    /** A new channel is checked at once, unless it is paused. */
    get saveText() {
      if (this.isBusy) return language.t('form.saving');
      if (this.mode === 'edit') {
        const isChecked = this.form.enabled && this.hasMoved;
        return language.t(isChecked ? 'form.save.check' : 'form.save');
      }
      return language.t(this.form.enabled ? 'form.save.new' : 'form.save.new_paused');
    },
    /** Whether the edited channel gets another address or key, so that the server checks it at once. */
    get hasMoved() {
      const { api_key, base_url } = this.form;
      const stored = this.mode === 'edit' ? book.get(this.id) : undefined;
      return stored !== undefined && (api_key.trim() !== '' || base_url.trim() !== stored.base_url);
    },
    /** What becomes of a pasted endpoint or version. */
    get addressText() {
      const address = shortenedUrl(this.form.base_url);
      return address === '' ? '' : language.t('form.base_url.stored', { address });
    },
    get costText() {
      if (!this.form.enabled) return language.t('form.cost.paused');
      return this.cost ? costText(this.cost, language.translator) : '';
    },
    /** What the patterns match among the models that are known or typed. */
    get matchesText() {
      const known = this.mode === 'new' ? [] : (book.get(this.id)?.latest_models ?? []);
      const names = [...linesOf(this.form.models), ...known.map(({ model }) => model)];
      const patterns = linesOf(this.form.dont_probe);
      return matchesText(patterns, [...new Set(names)], language.translator);
    },
    get excludedText() {
      const known = this.mode === 'new' ? [] : (book.get(this.id)?.latest_models ?? []);
      const listed = this.test.listed(this.form) ?? known.map(({ model }) => model);
      return excludedText(linesOf(this.form.exclude), listed, language.translator);
    },
    /** What the relay says that it charges, if that isn't what is entered. */
    get multipliers() {
      const known = this.mode === 'new' ? undefined : book.get(this.id)?.balance;
      return multiplierOffers(
        known?.multipliers ?? [],
        this.form.price_multiplier,
        language.translator,
      );
    },
    /** False for a channel that was imported without its key. */
    get hasKey() {
      return book.get(this.id)?.api_key !== '';
    },
    get testText() {
      return language.t(this.test.isBusy ? 'test.cancel' : 'test.start');
    },
    /** An edited channel keeps its key if none is typed. */
    get keyHint() {
      if (this.mode !== 'edit') return 'sk-…';
      if (!this.hasKey) return language.t('form.api_key.none');
      return language.t('form.api_key.keep', { masked: book.get(this.id)?.api_key ?? '' });
    },
    add() {
      this.open('new', 0, { ...emptyForm });
    },
    copy(id: number) {
      const channel = book.get(id);
      if (channel) this.open('copy', id, { ...formOf(channel), name: `${channel.name} 2` });
    },
    /** Opens the form, at one of its fields if that is the one to mend. */
    edit(id: number, field?: 'api_key' | 'base_url' | 'models') {
      const channel = book.get(id);
      if (!channel) return;
      this.open('edit', id, formOf(channel));
      if (field === 'models') this.parts.unfold('models');
      // The dialog focuses its first field when it opens, in the next tick.
      if (field) options.setTimer(() => options.focusField(field), 0);
    },
    open(mode: FormMode, id: number, form: ChannelForm) {
      const managedBy = mode === 'edit' ? (book.get(id)?.managed_by ?? null) : null;
      const start = { mode, id, form, managedBy, cost: null };
      Object.assign(this, idleAttempt(emptyForm), start);
      this.keys.open(mode === 'edit' ? (book.get(id) ?? null) : null);
      this.test.reset();
      this.parts.fold();
      this.isOpen = true;
      void this.previewCost();
    },
    /** Called at every change of the form. */
    changed() {
      cancelCost();
      cancelCost = options.setTimer(() => void this.previewCost(), costDelayMs);
    },
    async previewCost() {
      costTurn += 1;
      const mine = costTurn;
      const cost = await askCost(this.mode, this.id, this.form, this.test.listed(this.form));
      if (mine === costTurn) this.cost = cost;
    },
    close() {
      this.isOpen = false;
      cancelCost();
      this.test.reset();
      // A typed key must not outlive its dialog.
      this.form.api_key = '';
      this.form.keys = '';
      this.keys.clear();
    },
    /** Takes pasted keys into the list, after the key that there was. */
    addKeys() {
      const stored = this.mode === 'edit' ? (book.get(this.id)?.api_key ?? '') : '';
      this.keys.add(this.form.keys, this.form.api_key.trim() || stored);
      Object.assign(this.form, { keys: '', api_key: '' });
      this.errors.keys = '';
      this.errors.api_key = '';
    },
    /** An input has one line, so several pasted keys would become one text. */
    pasteKeys(event: ClipboardEvent) {
      const text = event.clipboardData?.getData('text') ?? '';
      if (linesOf(text).length < 2) return;
      event.preventDefault();
      this.form.keys = text;
      this.addKeys();
      this.changed();
    },
    takeMultiplier(value: number) {
      this.form.price_multiplier = String(value);
      this.errors.price_multiplier = '';
      this.changed();
    },
    removeKey(id: number) {
      this.keys.remove(id);
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
    /** Lets people change the channel that code manages. */
    async release() {
      const channel = book.get(this.id);
      if (!channel) return;
      const { name } = channel;
      const isReleased = await attempt(this, async () => {
        await answerOf(client.api.channels.release.$post({ json: { names: [name] } }));
      });
      if (!isReleased) return;
      this.managedBy = null;
      book.put({ ...channel, managed_by: null });
      toasts.show(language.t('toast.released', { name }));
    },
    /** Tries the channel as it is typed, or gives that up. */
    async runTest() {
      const { mode, id, test } = this;
      if (test.isBusy) return test.cancel();
      if (this.form.keys.trim() !== '') this.addKeys();
      const form = this.keys.isShown ? { ...this.form, api_key: this.keys.tested() } : this.form;
      const stored = mode === 'edit' ? (book.get(id) ?? null) : null;
      const { name, ...faults } = faultsOf(form, mode, stored);
      const target_id = mode === 'edit' ? id : null;
      const cost = await test.run({ form, target_id, errors: this.errors, faults });
      this.parts.unfoldFaulty(this.errors);
      if (!cost) return;
      // Later than any preview that is under way, which doesn't know the listed models.
      costTurn += 1;
      this.cost = cost;
    },
    async submit() {
      if (this.form.keys.trim() !== '') this.addKeys();
      const { mode, id, form } = this;
      const stored = mode === 'edit' ? (book.get(id) ?? null) : null;
      const keys = this.keys.fields(stored);
      const isKeyNew = form.api_key.trim() !== '' || this.keys.tested() !== '';
      const save = async () => {
        const channel = await send(mode, id, form, keys);
        book.put(channel);
        follow(channel, stored, isKeyNew);
      };
      // The server checks the keys of a list.
      const judged = keys?.length ? { ...form, api_key: 'several' } : form;
      if (await attempt(this, save, faultsOf(judged, mode, stored))) this.close();
      else this.parts.unfoldFaulty(this.errors);
    },
  };
}

/** What decides the cost; nothing else is sent, least of all the key. */
function costFieldsOf(form: ChannelForm) {
  const { interval_min, ...fields } = pick(bodyOf(form), costFields);
  return interval_min === undefined ? fields : { ...fields, interval_min };
}

const costFields = {
  interval_min: true,
  prompt: true,
  max_models: true,
  models: true,
  models_mode: true,
  exclude: true,
  dont_probe: true,
  probe_requests_per_day: true,
  probe_tokens_per_day: true,
} as const;
