import { type ApiClient, answerOf } from '../api/client.ts';
import { createListDrawer } from '../live/list-drawer.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import { type ModelCard, modelCard } from './model-card.ts';
import { type OfferLine, offerLine } from './offer-line.ts';
import {
  filterModels,
  type ModelStateFilter,
  type ModelsFilter,
  modelStates,
  type Offer,
  type OfferedModel,
  type OfferedModels,
  stateOfModel,
} from './offered-model.ts';

export interface ModelsStore {
  readonly states: readonly ModelStateFilter[];
  filter: ModelsFilter;
  counts: Record<ModelStateFilter, number>;
  cards: ModelCard[];
  /** The channels of the open models. */
  offers: Record<string, OfferLine[]>;
  /** How many the next click shows of those that are kept back. */
  next: number;
  /** No model fits the filters. */
  isNoneFitting: boolean;
  /** There is no model at all. */
  isEmpty: boolean;
  policyText: string;
  openModels: string[];
  setFilter(name: keyof ModelsFilter, value: string): void;
  clearFilter(): void;
  isOpen(model: string): boolean;
  toggle(model: string): void;
  offersOf(model: string): OfferLine[];
  showMore(): void;
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
  nextFrame(callback: () => void): void;
}

/** A longer list would only be in the way of the search. */
const shownAtOnce = 150;
const cardsPerFrame = 8;
const offersPerFrame = 5;

export function createModelsStore(options: ModelsOptions): ModelsStore {
  const { client, page, language, nextFrame } = options;
  let loaded: OfferedModels | null = null;
  let limit = shownAtOnce;
  let openOffers: { offer: Offer; one: OfferedModel }[] = [];

  const cardDrawer = createListDrawer<OfferedModel, ModelCard>({
    keyOf: ({ model }) => model,
    lineOf: (one, translator) =>
      modelCard(one, loaded ?? { policy: 'latency', bare_models: true }, translator),
    nextFrame,
    budget: cardsPerFrame,
  });
  const offerDrawer = createListDrawer<(typeof openOffers)[number], OfferLine>({
    keyOf: ({ offer, one }) => `${offer.target_id} ${one.model}`,
    lineOf: ({ offer, one }, translator) => offerLine(offer, one, options.nowS(), translator),
    nextFrame,
    budget: offersPerFrame,
  });

  const drawOffers = (store: ModelsStore) => {
    const lines = offerDrawer.draw(openOffers, language.translator, () => drawOffers(store));
    const byModel = Map.groupBy(lines, ({ model }) => model);
    for (const model of store.openModels) store.offers[model] = byModel.get(model) ?? [];
  };

  /** The offers of what is open come after its card. */
  const openAnew = (store: ModelsStore, shown: readonly ModelCard[]) => {
    const names = new Set(shown.map(({ model }) => model).filter((it) => store.isOpen(it)));
    const open = (loaded?.items ?? []).filter(({ model }) => names.has(model));
    openOffers = open.flatMap((one) => one.channels.map((offer) => ({ offer, one })));
    drawOffers(store);
  };

  const drawCards = (store: ModelsStore) => {
    const fitting = filterModels(loaded?.items ?? [], store.filter);
    const shown = fitting.slice(0, limit);
    const cards = cardDrawer.draw(shown, language.translator, () => drawCards(store));
    // Before the cards: one that comes back must not bring all of its offers at once.
    openAnew(store, cards);
    store.cards = cards;
    store.next = Math.min(shownAtOnce, fitting.length - shown.length);
    store.isNoneFitting = fitting.length === 0;
  };

  return {
    states: modelStates,
    filter: options.filter,
    counts: { all: 0, alive: 0, partly: 0, dead: 0 },
    cards: [],
    offers: {},
    next: 0,
    isNoneFitting: false,
    isEmpty: false,
    policyText: '',
    openModels: options.openModels,
    setFilter(name, value) {
      this.filter = { ...this.filter, [name]: value };
      limit = shownAtOnce;
      options.onViewChange();
      drawCards(this);
    },
    clearFilter() {
      this.filter = { query: '', state: 'all' };
      options.onViewChange();
      drawCards(this);
    },
    isOpen(model) {
      return this.openModels.includes(model);
    },
    toggle(model) {
      this.openModels = this.isOpen(model)
        ? this.openModels.filter((it) => it !== model)
        : [...this.openModels, model];
      options.onViewChange();
      openAnew(this, this.cards);
    },
    offersOf(model) {
      return this.offers[model] ?? [];
    },
    showMore() {
      limit += shownAtOnce;
      drawCards(this);
    },
    draw() {
      const told = loaded;
      if (!told) return;
      drawCards(this);
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
