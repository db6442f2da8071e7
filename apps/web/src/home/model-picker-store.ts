import { type ApiClient, answerOf } from '../api/client.ts';
import { sentenceOf } from '../api/failure.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import {
  type AvailableModel,
  choiceOf,
  chooseAll,
  chooseLastOk,
  chooseNone,
  type ModelChoice,
  selectedModelsOf,
  toggleModel,
} from '../channels/model-choice.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';

interface PickerRow {
  model: string;
  isChosen: boolean;
  tone: 'ok' | 'bad' | 'idle';
}

/** The dialog that chooses which models a channel's runs check. */
export interface ModelPickerStore {
  isOpen: boolean;
  id: number;
  title: string;
  query: string;
  phase: 'loading' | 'ready' | 'failed';
  failure: string;
  isBusy: boolean;
  isAll: boolean;
  /** The channel was never listed, so there is nothing to choose from. */
  isUnknown: boolean;
  rows: PickerRow[];
  countText: string;
  moreText: string;
  canSave: boolean;
  open(id: number): Promise<void>;
  close(): void;
  choose(what: 'all' | 'last_ok' | 'none'): void;
  toggle(model: string): void;
  search(query: string): void;
  save(): Promise<void>;
}

interface ModelPickerOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  language: LanguageStore;
}

const mostRows = 200;

export function createModelPickerStore(options: ModelPickerOptions): ModelPickerStore {
  const { client, language } = options;
  let available: AvailableModel[] = [];
  let choice: ModelChoice = chooseNone;

  const draw = (store: ModelPickerStore) => {
    const { t, count } = language.translator;
    const wanted = store.query.trim().toLowerCase();
    const fitting = available.filter((it) => it.model.toLowerCase().includes(wanted));
    store.rows = fitting.slice(0, mostRows).map(({ model, success }) => ({
      model,
      isChosen: choice.chosen.has(model),
      tone: success === null ? 'idle' : success ? 'ok' : 'bad',
    }));
    const more = fitting.length - store.rows.length;
    store.moreText = more > 0 ? count('picker.more', more) : '';
    store.isAll = choice.all;
    store.isUnknown = store.phase === 'ready' && available.length === 0;
    store.canSave = store.phase === 'ready' && selectedModelsOf(choice) !== null;
    store.countText = choice.all
      ? t('picker.all_note')
      : store.canSave
        ? t('picker.count', { count: choice.chosen.size, total: available.length })
        : t('picker.need_one');
  };

  const change = (store: ModelPickerStore, next: ModelChoice) => {
    choice = next;
    draw(store);
  };

  return {
    isOpen: false,
    id: 0,
    title: '',
    query: '',
    phase: 'loading',
    failure: '',
    isBusy: false,
    isAll: true,
    isUnknown: false,
    rows: [],
    countText: '',
    moreText: '',
    canSave: false,
    async open(id) {
      const name = options.book.get(id)?.name ?? '';
      const title = language.translator.t('picker.title', { name });
      Object.assign(this, {
        id,
        title,
        query: '',
        phase: 'loading',
        failure: '',
        rows: [],
        isUnknown: false,
      });
      this.isOpen = true;
      try {
        const param = { id: String(id) };
        const { item } = await answerOf(client.api.targets[':id'].models.$get({ param }));
        if (this.id !== id) return;
        available = withChosen(item.available_models, item.selected_models);
        this.phase = 'ready';
        change(this, choiceOf(item.selected_models, available));
      } catch (error) {
        this.phase = 'failed';
        this.failure = sentenceOf(error, language.translator);
      }
    },
    close() {
      this.isOpen = false;
    },
    choose(what) {
      if (what === 'all') change(this, chooseAll(available));
      else change(this, what === 'none' ? chooseNone : chooseLastOk(available));
    },
    toggle(model) {
      change(this, toggleModel(choice, model));
    },
    search(query) {
      this.query = query;
      draw(this);
    },
    async save() {
      const selected_models = selectedModelsOf(choice);
      if (selected_models === null || this.isBusy) return;
      this.isBusy = true;
      try {
        const param = { id: String(this.id) };
        const json = { selected_models };
        await answerOf(client.api.targets[':id'].models.$patch({ param, json }));
        this.close();
        options.toasts.show(language.translator.t('toast.models_saved'));
      } catch (error) {
        this.failure = sentenceOf(error, language.translator);
      } finally {
        this.isBusy = false;
      }
    },
  };
}

/** A chosen model that the channel no longer lists can still be seen and let go. */
function withChosen(
  available: readonly { model: string; success: boolean | null }[],
  selected: readonly string[],
): AvailableModel[] {
  const known = new Set(available.map((it) => it.model));
  const gone = selected.filter((it) => !known.has(it)).map((model) => ({ model, success: null }));
  return [...available, ...gone];
}
