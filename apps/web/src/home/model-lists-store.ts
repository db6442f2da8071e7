import type { LatestModel } from '../channels/channel.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import { type ChannelFilter, modelMatcher } from '../channels/filter-channels.ts';
import { type ModelRow, modelRow } from '../channels/model-row.ts';
import type { Changes } from '../live/batch-changes.ts';
import { createListDrawer, type ListDrawer } from '../live/list-drawer.ts';
import type { LanguageStore } from '../shell/language-store.ts';

/** The models of an open card. */
export interface ModelList {
  phase: 'loading' | 'ready' | 'failed';
  rows: ModelRow[];
  /** How many rows are kept back until asked for. */
  kept: number;
  /** Why there is nothing to show. */
  emptyText: string;
}

export interface ModelListsStore {
  byChannel: Record<number, ModelList>;
  listOf(id: number): ModelList;
  showAll(id: number): void;
  setPhase(id: number, phase: ModelList['phase']): void;
  draw(changes: Changes): void;
}

interface ModelListsOptions {
  book: ChannelBook;
  language: LanguageStore;
  filter(): ChannelFilter;
  openIds(): readonly number[];
  nowS(): number;
  nextFrame(callback: () => void): void;
}

const shownAtFirst = 100;
/** Several lists may be open. */
const rowsPerFrame = 4;
const waiting: ModelList = { phase: 'loading', rows: [], kept: 0, emptyText: '' };

export function createModelListsStore(options: ModelListsOptions): ModelListsStore {
  const { book, language } = options;
  const phases = new Map<number, ModelList['phase']>();
  const unfolded = new Set<number>();
  const drawers = new Map<number, ListDrawer<LatestModel, ModelRow>>();

  const drawerOf = (id: number) => {
    const known = drawers.get(id);
    if (known) return known;
    const drawer = createListDrawer<LatestModel, ModelRow>({
      keyOf: ({ model }) => model,
      lineOf: (latest, translator) => modelRow(latest, options.nowS(), translator),
      nextFrame: options.nextFrame,
      budget: rowsPerFrame,
    });
    drawers.set(id, drawer);
    return drawer;
  };

  const listFor = (id: number, again: () => void): ModelList => {
    const channel = book.get(id);
    const phase = phases.get(id) ?? 'loading';
    if (!channel || phase !== 'ready') return { ...waiting, phase };
    const matches = modelMatcher(channel, options.filter());
    const fitting = channel.latest_models.filter((it) => matches(it.model));
    const shown = unfolded.has(id) ? fitting : fitting.slice(0, shownAtFirst);
    const isUnknown = channel.latest_models.length === 0;
    return {
      phase,
      rows: drawerOf(id).draw(shown, language.translator, again),
      kept: fitting.length - shown.length,
      emptyText:
        fitting.length > 0
          ? ''
          : language.translator.t(isUnknown ? 'models.none' : 'models.no_match'),
    };
  };

  const redraw = (store: ModelListsStore, id: number) => {
    store.byChannel[id] = listFor(id, () => redraw(store, id));
  };

  return {
    byChannel: {},
    listOf(id) {
      return this.byChannel[id] ?? waiting;
    },
    showAll(id) {
      unfolded.add(id);
      redraw(this, id);
    },
    setPhase(id, phase) {
      phases.set(id, phase);
      redraw(this, id);
    },
    draw({ ids, all }) {
      for (const id of options.openIds()) if (all || ids.has(id)) redraw(this, id);
    },
  };
}
