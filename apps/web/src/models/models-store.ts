import { type ApiClient, answerOf } from '../api/client.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import { type ModelCard, modelCard } from './model-card.ts';
import {
  filterModels,
  type ModelStateFilter,
  type ModelsFilter,
  modelStates,
  type OfferedModel,
  type OfferedModels,
  stateOfModel,
} from './offered-model.ts';

export interface ModelsStore {
  readonly states: readonly ModelStateFilter[];
  filter: ModelsFilter;
  counts: Record<ModelStateFilter, number>;
  cards: ModelCard[];
  /** How many are kept back until asked for. */
  kept: number;
  /** There is no model at all. */
  isEmpty: boolean;
  policyText: string;
  openModels: string[];
  setFilter(name: keyof ModelsFilter, value: string): void;
  clearFilter(): void;
  isOpen(model: string): boolean;
  toggle(model: string): void;
  showAll(): void;
  draw(): void;
  load(): Promise<boolean>;
}

interface ModelsOptions {
  client: ApiClient;
  page: PageStore;
  language: LanguageStore;
  filter: ModelsFilter;
  openModels: string[];
  nowS(): number;
  onViewChange(): void;
}

const shownAtFirst = 150;

export function createModelsStore(options: ModelsOptions): ModelsStore {
  const { client, page, language } = options;
  let loaded: OfferedModels | null = null;
  let limit = shownAtFirst;

  const cardOf = (one: OfferedModel, told: OfferedModels) =>
    modelCard(one, told, options.nowS(), language.translator);

  return {
    states: modelStates,
    filter: options.filter,
    counts: { all: 0, alive: 0, partly: 0, dead: 0 },
    cards: [],
    kept: 0,
    isEmpty: false,
    policyText: '',
    openModels: options.openModels,
    setFilter(name, value) {
      this.filter = { ...this.filter, [name]: value };
      limit = shownAtFirst;
      options.onViewChange();
      this.draw();
    },
    clearFilter() {
      this.filter = { query: '', state: 'all' };
      options.onViewChange();
      this.draw();
    },
    isOpen(model) {
      return this.openModels.includes(model);
    },
    toggle(model) {
      this.openModels = this.isOpen(model)
        ? this.openModels.filter((it) => it !== model)
        : [...this.openModels, model];
      options.onViewChange();
    },
    showAll() {
      limit = Number.POSITIVE_INFINITY;
      this.draw();
    },
    draw() {
      const told = loaded;
      if (!told) return;
      const fitting = filterModels(told.items, this.filter);
      this.cards = fitting.slice(0, limit).map((one) => cardOf(one, told));
      this.kept = fitting.length - this.cards.length;
      this.counts = countStates(told.items);
      this.isEmpty = told.items.length === 0;
      this.policyText = language.translator.t(`offers.policy.${told.policy}`);
    },
    async load() {
      const answer = await page.attempt(() => answerOf(client.api.models.$get()));
      if (!answer) return page.phase === 'ready' || page.phase === 'failed';
      loaded = answer;
      this.draw();
      page.phase = 'ready';
      return true;
    },
  };
}

function countStates(models: readonly OfferedModel[]): Record<ModelStateFilter, number> {
  const counts = { all: models.length, alive: 0, partly: 0, dead: 0 };
  for (const one of models) {
    const state = stateOfModel(one);
    if (state !== 'idle') counts[state] += 1;
  }
  return counts;
}
