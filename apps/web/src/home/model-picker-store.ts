import { type ApiClient, answerOf } from '../api/client.ts';
import { sentenceOf } from '../api/failure.ts';
import {
  type AvailableModel,
  choiceOf,
  chooseAll,
  chooseLastOk,
  chooseNone,
  type ModelChoice,
  selectedModelsOf,
  toggleModel,
  withChosen,
} from '../channels/model-choice.ts';
import { type PickerView, pickerView } from '../channels/picker-view.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';

/** The dialog that chooses which models a channel's runs check. */
export interface ModelPickerStore {
  isOpen: boolean;
  id: number;
  title: string;
  query: string;
  phase: 'loading' | 'ready' | 'failed';
  failure: string;
  isBusy: boolean;
  view: PickerView;
  /** The channel was never listed, so there is nothing to choose from. */
  isUnknown: boolean;
  open(id: number): Promise<void>;
  close(): void;
  choose(what: 'all' | 'last_ok' | 'none'): void;
  toggle(model: string): void;
  search(query: string): void;
  save(): Promise<void>;
}

interface ModelPickerOptions {
  client: ApiClient;
  nameOf(id: number): string;
  toasts: ToastStore;
  language: LanguageStore;
}

const emptyView: PickerView = {
  isAll: true,
  rows: [],
  countText: '',
  moreText: '',
  canSave: false,
};

export function createModelPickerStore(options: ModelPickerOptions): ModelPickerStore {
  const { client, language } = options;
  let available: AvailableModel[] = [];
  let choice: ModelChoice = chooseNone;

  const change = (store: ModelPickerStore, next: ModelChoice) => {
    choice = next;
    store.view = pickerView(available, choice, store.query, language.translator);
  };

  return {
    ...closedState(),
    async open(id) {
      const title = language.translator.t('picker.title', { name: options.nameOf(id) });
      Object.assign(this, closedState(), { id, title, isOpen: true });
      try {
        const param = { id: String(id) };
        const { item } = await answerOf(client.api.targets[':id'].models.$get({ param }));
        if (this.id !== id) return;
        available = withChosen(item.available_models, item.selected_models);
        this.isUnknown = available.length === 0;
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
      change(this, choice);
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

function closedState() {
  return {
    isOpen: false,
    id: 0,
    title: '',
    query: '',
    phase: 'loading' as ModelPickerStore['phase'],
    failure: '',
    isBusy: false,
    view: emptyView,
    isUnknown: false,
  };
}
