import { type ApiClient, answerOf } from '../api/client.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import {
  cheapestOf,
  filterModels,
  type ModelsFilter,
  modelSorts,
  type OfferedModels,
  type ServedFilter,
  servedFilters,
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
  let loaded: OfferedModels = {
    ...{ policy: 'latency', bare_models: true, items: [], currency: 'USD' },
    estimate: { input_tokens: 0, output_tokens: 0 },
    counts: { all: 0, some: 0, none: 0, untold: 0 },
  };
  let limit = shownAtOnce;

  return {
    filter,
    counts: { any: 0, all: 0, some: 0, none: 0, untold: 0 } as Record<ServedFilter, number>,
    /** How many more models the next click shows. */
    next: 0,
    matchingCount: 0,
    sorts: modelSorts,
    /** Whether the reader may see prices, and there are any. */
    arePricesKnown: false,
    policy: '' as OfferedModels['policy'] | '',
    /** The filters to choose from; models that aren't checked have one if there are any. */
    get states(): ServedFilter[] {
      const { counts, filter } = this;
      return servedFilters.filter(
        (it) => it !== 'untold' || counts.untold > 0 || filter.state === it,
      );
    },
    /** How many models can be served, of those of which that is known. */
    get servedText(): string {
      const { all, some, none } = this.counts;
      const total = all + some + none;
      return total === 0 ? '' : language.t('offers.summary', { served: all + some, total });
    },
    get policyText(): string {
      return this.policy && language.t(`offers.policy.${this.policy}`);
    },
    setFilter(name: keyof ModelsFilter, value: string): void {
      this.filter = { ...this.filter, [name]: value };
      limit = shownAtOnce;
      onChange();
    },
    clearFilter(): void {
      this.filter = { ...this.filter, query: '', state: 'any' };
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
      if (!answer) return page.mayWatch;
      loaded = answer;
      this.policy = answer.policy;
      this.arePricesKnown = answer.items.some((one) => cheapestOf(one) !== null);
      this.counts = { ...answer.counts, any: answer.items.length };
      onChange();
      page.phase = 'ready';
      return true;
    },
  };
}
