import { type StatusFilter, statusFilters } from '../channels/filter-channels.ts';
import { formatPercent } from '../format/duration.ts';
import { formatAgo, formatClock } from '../format/time.ts';
import type { TextKey } from '../i18n/translate.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { BoardStore } from './board-store.ts';
import { walkMenu } from './channel-menu-store.ts';
import type { ModelListsStore } from './model-lists-store.ts';
import type { OrderStore } from './order-store.ts';

/** What the markup asks that belongs to no single store. */
export interface HomeStore {
  readonly statusFilters: readonly StatusFilter[];
  readonly subline: string;
  readonly rate: string;
  readonly staleText: string;
  readonly canCheckAll: boolean;
  readonly isEmpty: boolean;
  /** There are channels to sum up and search, or there may be. */
  readonly hasBoard: boolean;
  readonly isUnmatched: boolean;
  /** A figure, or a dash while nothing is known. */
  figure(count: number): string;
  /** A text about the channel called `name`. */
  name(key: TextKey, name: string): string;
  toggle(id: number): void;
  retry(): void;
  dragKey(id: number, event: KeyboardEvent): void;
  menuKey(event: KeyboardEvent): void;
}

interface HomeOptions {
  board: BoardStore;
  modelLists: ModelListsStore;
  order: OrderStore;
  language: LanguageStore;
  clock: { nowS: number };
  load(id: number): void;
  loadAll(): void;
  /** Calls back when the document has followed the stores. */
  afterDraw(callback: () => void): void;
}

export function createHomeStore(options: HomeOptions): HomeStore {
  const { board, language, clock } = options;
  const isReady = () => board.phase === 'ready';
  return {
    statusFilters,
    get subline() {
      const { t } = language.translator;
      const { lastRunAt, channels } = board.totals;
      if (!isReady() || channels === 0) return '';
      if (lastRunAt === null) return t('summary.never');
      return t('summary.last', { ago: formatAgo(lastRunAt, clock.nowS, language.translator) });
    },
    get rate() {
      return isReady() ? formatPercent(board.totals.rate) : '–';
    },
    get staleText() {
      const time = formatClock(board.staleSinceS ?? clock.nowS, language.translator);
      return language.translator.t('list.stale', { time });
    },
    get canCheckAll() {
      return isReady() && board.isAdmin && board.totals.channels > 0;
    },
    get hasBoard() {
      return board.phase === 'loading' || (isReady() && board.totals.channels > 0);
    },
    get isEmpty() {
      return isReady() && board.totals.channels === 0;
    },
    get isUnmatched() {
      return isReady() && board.totals.channels > 0 && board.cards.length === 0;
    },
    figure: (count) => (isReady() ? String(count) : '–'),
    name: (key, name) => language.translator.t(key, { name }),
    toggle(id) {
      board.toggle(id);
      if (!board.isOpen(id)) return;
      options.modelLists.setPhase(id, 'loading');
      options.load(id);
    },
    retry() {
      board.phase = 'loading';
      options.loadAll();
    },
    dragKey(id, event) {
      if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
      event.preventDefault();
      const handle = event.currentTarget;
      const visibleIds = board.cards.map((it) => it.id);
      options.order.step(id, event.key === 'ArrowUp' ? -1 : 1, visibleIds);
      // Moving the card in the document takes the focus away from its handle; it is given back
      // before the next key comes, so that a key held down moves on.
      board.draw();
      options.afterDraw(() => handle instanceof HTMLElement && handle.focus());
    },
    menuKey(event) {
      if (event.currentTarget instanceof HTMLElement) walkMenu(event.currentTarget, event);
    },
  };
}
