import type { Channel } from '../channels/channel.ts';
import type { ChannelBook } from '../channels/channel-book.ts';
import { type ChannelCard, channelCard } from '../channels/channel-card.ts';
import {
  type ChannelFilter,
  isFiltering,
  matchesFilter,
  matchesStatus,
  noFilter,
  type StatusFilter,
  statusFilters,
} from '../channels/filter-channels.ts';
import { type ChannelTotals, sumUpChannels } from '../channels/sum-up-channels.ts';
import { protocolFilters } from '../channels/view-state.ts';
import { createListDrawer } from '../live/list-drawer.ts';
import type { LanguageStore } from '../shell/language-store.ts';

export type BoardPhase = 'loading' | 'ready' | 'locked' | 'failed';

/** What the page shows of the channels; a reactive face of the book, which holds the truth. */
export interface BoardStore {
  phase: BoardPhase;
  failure: string;
  /** When the server was last heard, while it is out of reach; else null. */
  staleSinceS: number | null;
  isAdmin: boolean;
  cards: ChannelCard[];
  totals: ChannelTotals;
  statusCounts: Record<StatusFilter, number>;
  filter: ChannelFilter;
  openIds: number[];
  readonly isFiltering: boolean;
  readonly headline: string;
  readonly mood: 'ok' | 'warn' | 'bad' | 'idle';
  isOpen(id: number): boolean;
  setQuery(query: string): void;
  setStatus(status: StatusFilter): void;
  setProtocol(protocol: string): void;
  clearFilter(): void;
  toggle(id: number): void;
  /** Takes over what the book holds now; a long list over several frames. */
  draw(): void;
  /** Keeps the cards as they are until they are let go. */
  hold(isHeld: boolean): void;
}

interface BoardOptions {
  book: ChannelBook;
  language: LanguageStore;
  filter: ChannelFilter;
  openIds: number[];
  /** The filter or the open cards changed. */
  onViewChange(): void;
  nextFrame(callback: () => void): void;
  /** Whether a card is on the screen or close to it. */
  isNear(id: number): boolean;
}

/** Redrawing so many cards fits into a frame, whatever else goes on. */
const cardsPerFrame = 4;

export function createBoardStore(options: BoardOptions): BoardStore {
  const { book, language } = options;
  const drawer = createListDrawer<Channel, ChannelCard>({
    keyOf: ({ id }) => id,
    lineOf: channelCard,
    nextFrame: options.nextFrame,
    budget: cardsPerFrame,
    isNear: ({ id }) => options.isNear(id),
  });
  const held = { isHeld: false, isDrawWaiting: false };

  const changeFilter = (store: BoardStore, change: Partial<ChannelFilter>) => {
    store.filter = { ...store.filter, ...change };
    store.draw();
    options.onViewChange();
  };

  return {
    phase: 'loading',
    failure: '',
    staleSinceS: null,
    isAdmin: false,
    cards: [],
    totals: sumUpChannels([]),
    statusCounts: { all: 0, healthy: 0, trouble: 0, running: 0, disabled: 0 },
    filter: options.filter,
    openIds: options.openIds,
    get isFiltering() {
      return isFiltering(this.filter);
    },
    get headline() {
      return headlineOf(this, language);
    },
    get mood() {
      return moodOf(this);
    },
    isOpen(id) {
      return this.openIds.includes(id);
    },
    setQuery(query) {
      changeFilter(this, { query });
    },
    setStatus(status) {
      changeFilter(this, { status });
    },
    setProtocol(text) {
      const protocol = protocolFilters.find((it) => it === text) ?? 'all';
      changeFilter(this, { protocol });
    },
    clearFilter() {
      changeFilter(this, noFilter);
    },
    toggle(id) {
      this.openIds = this.openIds.includes(id)
        ? this.openIds.filter((it) => it !== id)
        : [...this.openIds, id];
      options.onViewChange();
    },
    hold(isHeld) {
      held.isHeld = isHeld;
      if (!isHeld && held.isDrawWaiting) this.draw();
    },
    draw() {
      held.isDrawWaiting = held.isHeld;
      if (held.isHeld) return;
      const channels = book.all();
      this.totals = sumUpChannels(channels);
      for (const status of statusFilters) {
        this.statusCounts[status] = channels.filter((it) => matchesStatus(it, status)).length;
      }
      const fitting = channels.filter((it) => matchesFilter(it, this.filter));
      this.cards = drawer.draw(fitting, language.translator, () => this.draw());
    },
  };
}

function headlineOf(board: BoardStore, language: LanguageStore): string {
  const { t, count } = language.translator;
  const { channels, trouble, judged, running } = board.totals;
  if (board.phase !== 'ready') return t(`summary.${board.phase}`);
  if (channels === 0) return t('summary.empty');
  if (trouble > 0) return count('summary.trouble', trouble);
  if (judged > 0) return t('summary.all_well');
  return running > 0 ? count('summary.checking', running) : t('summary.waiting');
}

function moodOf({ totals }: BoardStore): BoardStore['mood'] {
  if (totals.judged === 0) return 'idle';
  if (totals.trouble === 0) return 'ok';
  return totals.trouble * 2 > totals.judged ? 'bad' : 'warn';
}
