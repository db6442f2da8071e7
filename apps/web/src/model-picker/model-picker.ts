import { type Attempt, idleAttempt, type Phase } from '../api/attempt.ts';
import { type ApiClient, answerOf } from '../api/client.ts';
import {
  type AvailableModel,
  choiceOf,
  chooseAll,
  chooseLastOk,
  chooseNone,
  type ModelChoice,
  pickerView,
  selectedModelsOf,
  toggleModel,
  withChosen,
} from '../channels/model-choice.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';

interface ModelPickerOptions {
  client: ApiClient;
  nameOf(id: number): string;
  toasts: ToastStore;
  language: LanguageStore;
  attempt: Attempt;
}

/** The dialog that chooses which models a channel's runs check. */
export function createModelPicker(options: ModelPickerOptions) {
  const { client, nameOf, toasts, language, attempt } = options;
  let available: AvailableModel[] = [];
  let choice: ModelChoice = chooseNone;
  const viewOf = (query: string) => pickerView(available, choice, query, language.translator);
  const closed = () => ({
    ...idleAttempt({}),
    isOpen: false,
    id: 0,
    title: '',
    query: '',
    phase: 'loading' as Phase,
    view: viewOf(''),
  });

  return {
    ...closed(),
    /** Whether the channel's models were never listed, so that there is nothing to choose from. */
    get isUnknown(): boolean {
      return this.phase === 'ready' && available.length === 0;
    },
    async open(id: number): Promise<void> {
      available = [];
      choice = chooseNone;
      const title = language.t('picker.title', { name: nameOf(id) });
      Object.assign(this, closed(), { id, title, isOpen: true });
      const isLoaded = await attempt(this, async () => {
        const param = { id: String(id) };
        const { item } = await answerOf(client.api.targets[':id'].models.$get({ param }));
        if (this.id !== id) return;
        available = withChosen(item.available_models, item.selected_models);
        this.change(choiceOf(item.selected_models, available));
      });
      if (this.id === id) this.phase = isLoaded ? 'ready' : 'failed';
    },
    close(): void {
      this.isOpen = false;
    },
    change(next: ModelChoice): void {
      choice = next;
      this.view = viewOf(this.query);
    },
    choose(what: 'all' | 'last_ok' | 'none'): void {
      if (what === 'none') this.change(chooseNone);
      else this.change(what === 'all' ? chooseAll(available) : chooseLastOk(available));
    },
    toggle(model: string): void {
      this.change(toggleModel(choice, model));
    },
    search(query: string): void {
      this.query = query;
      this.change(choice);
    },
    async submit(): Promise<void> {
      const selected_models = selectedModelsOf(choice);
      if (selected_models === null) return;
      const isSaved = await attempt(this, async () => {
        const param = { id: String(this.id) };
        const json = { selected_models };
        await answerOf(client.api.targets[':id'].models.$patch({ param, json }));
      });
      if (!isSaved) return;
      this.close();
      toasts.show(language.t('toast.models_saved'));
    },
  };
}
