import type { LatestModel } from '../channels/channel.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import { type ChannelFilter, modelMatcher } from '../channels/filter-channels.ts';
import { type ModelRow, modelRow } from '../channels/model-row.ts';
import type { Changes } from '../live/batch-changes.ts';
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
}

const shownAtFirst = 100;
const waiting: ModelList = { phase: 'loading', rows: [], kept: 0, emptyText: '' };

export function createModelListsStore(options: ModelListsOptions): ModelListsStore {
  const { book, language } = options;
  const phases = new Map<number, ModelList['phase']>();
  const unfolded = new Set<number>();
  const drawnRows = new WeakMap<LatestModel, { row: ModelRow; language: string }>();

  const rowOf = (latest: LatestModel): ModelRow => {
    const known = drawnRows.get(latest);
    if (known?.language === language.is) return known.row;
    const row = modelRow(latest, options.nowS(), language.translator);
    drawnRows.set(latest, { row, language: language.is });
    return row;
  };

  const listFor = (id: number): ModelList => {
    const channel = book.get(id);
    const phase = phases.get(id) ?? 'loading';
    if (!channel || phase !== 'ready') return { ...waiting, phase };
    const matches = modelMatcher(channel, options.filter());
    const fitting = channel.latest_models.filter((it) => matches(it.model));
    const shown = unfolded.has(id) ? fitting : fitting.slice(0, shownAtFirst);
    const isUnknown = channel.latest_models.length === 0;
    return {
      phase,
      rows: shown.map(rowOf),
      kept: fitting.length - shown.length,
      emptyText:
        fitting.length > 0
          ? ''
          : language.translator.t(isUnknown ? 'models.none' : 'models.no_match'),
    };
  };

  const redraw = (store: ModelListsStore, id: number) => {
    store.byChannel[id] = listFor(id);
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
