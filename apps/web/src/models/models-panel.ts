import { type ApiClient, answerOf } from '../api/client.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import {
  filterModels,
  type ModelStateFilter,
  type ModelsFilter,
  modelStates,
  type OfferedModels,
  stateOfModel,
} from './offered-model.ts';

interface ModelsOptions {
  client: ApiClient;
  page: PageStore;
  language: LanguageStore;
  filter: ModelsFilter;
  /** The shown models changed. */
  onChange(): void;
}

/** In a longer list, a search is quicker than scrolling. */
const shownAtOnce = 150;

export type ModelsPanel = ReturnType<typeof createModelsPanel>;

/** The models page around its list: filters, counts and loaded models. */
export function createModelsPanel({ client, page, language, filter, onChange }: ModelsOptions) {
  const none: OfferedModels = { policy: 'latency', bare_models: true, items: [] };
  let loaded = none;
  let limit = shownAtOnce;

  return {
    states: modelStates,
    filter,
    counts: { all: 0, alive: 0, partly: 0, dead: 0 } as Record<ModelStateFilter, number>,
    /** How many more models the next click shows. */
    next: 0,
    matchingCount: 0,
    policy: '' as OfferedModels['policy'] | '',
    get policyText(): string {
      return this.policy && language.t(`offers.policy.${this.policy}`);
    },
    setFilter(name: keyof ModelsFilter, value: string): void {
      this.filter = { ...this.filter, [name]: value };
      limit = shownAtOnce;
      onChange();
    },
    clearFilter(): void {
      this.filter = { query: '', state: 'all' };
      onChange();
    },
    showMore(): void {
      limit += shownAtOnce;
      onChange();
    },
    /** The models to show now, with the routing that explains them. */
    shown() {
      const matching = filterModels(loaded.items, { ...this.filter });
      const shown = matching.slice(0, limit);
      this.matchingCount = matching.length;
      this.next = Math.min(shownAtOnce, matching.length - shown.length);
      return { shown, routing: loaded };
    },
    async load(): Promise<boolean> {
      const answer = await page.attempt(() => answerOf(client.api.models.$get()));
      if (!answer) return page.phase === 'ready' || page.phase === 'failed';
      loaded = answer;
      this.policy = answer.policy;
      this.counts = countStates(answer);
      onChange();
      page.phase = 'ready';
      return true;
    },
  };
}

function countStates({ items }: OfferedModels): Record<ModelStateFilter, number> {
  const counts = { all: items.length, alive: 0, partly: 0, dead: 0 };
  for (const one of items) {
    const state = stateOfModel(one);
    if (state !== 'idle') counts[state] += 1;
  }
  return counts;
}
