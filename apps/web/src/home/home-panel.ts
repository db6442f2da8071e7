import type { ChannelBook } from '../channels/channel-book.ts';
import {
  type ChannelFilter,
  isFiltering,
  matchesFilter,
  matchesStatus,
  noFilter,
  statusFilters,
  tagsOfChannels,
} from '../channels/filter-channels.ts';
import { sumUpChannels } from '../channels/sum-up-channels.ts';
import { formatPercent } from '../format/duration.ts';
import { formatAgo } from '../format/time.ts';
import { initially } from '../shell/initially.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';

interface HomePanelOptions {
  book: ChannelBook;
  page: PageStore;
  language: LanguageStore;
  clock: { nowS: number };
  filter: ChannelFilter;
  onFilterChange(): void;
}

export type HomePanel = ReturnType<typeof createHomePanel>;

/** The home page around its list of channels: headline, figures and filters. */
export function createHomePanel(options: HomePanelOptions) {
  const { book, page, language, clock } = options;
  return {
    statusFilters,
    isAdmin: false,
    totals: sumUpChannels([]),
    statusCounts: { all: 0, healthy: 0, trouble: 0, running: 0, disabled: 0 },
    filter: options.filter,
    tags: initially<string[]>([]),
    matchingCount: 0,
    get isReady(): boolean {
      return page.phase === 'ready';
    },
    get isEmpty(): boolean {
      return this.isReady && this.totals.channels === 0;
    },
    get isUnmatched(): boolean {
      return this.isReady && !this.isEmpty && this.matchingCount === 0;
    },
    /** Whether there are, or may be, channels to sum up and search. */
    get hasChannels(): boolean {
      return page.phase === 'loading' || (this.isReady && !this.isEmpty);
    },
    get canCheckAll(): boolean {
      return this.isReady && this.isAdmin && !this.isEmpty;
    },
    get headline(): string {
      const { t, count } = language.translator;
      const { channels, trouble, judged, running } = this.totals;
      if (page.phase === 'loading' || page.phase === 'locked') return t(`summary.${page.phase}`);
      if (!this.isReady) return t('summary.failed');
      if (channels === 0) return t('summary.empty');
      if (trouble > 0) return count('summary.trouble', trouble);
      if (judged > 0) return t('summary.all_well');
      return running > 0 ? count('summary.checking', running) : t('summary.waiting');
    },
    get subline(): string {
      const { translator } = language;
      const { lastRunAt } = this.totals;
      if (!this.isReady || this.isEmpty) return '';
      if (lastRunAt === null) return translator.t('summary.never');
      return translator.t('summary.last', { ago: formatAgo(lastRunAt, clock.nowS, translator) });
    },
    get rate(): string {
      return this.isReady ? formatPercent(this.totals.rate) : '–';
    },
    get mood(): 'ok' | 'warn' | 'bad' | 'idle' {
      const { judged, trouble } = this.totals;
      if (judged === 0) return 'idle';
      if (trouble === 0) return 'ok';
      return trouble * 2 > judged ? 'bad' : 'warn';
    },
    /** A figure, or a dash until it is known. */
    figure(count: number): string {
      return this.isReady ? String(count) : '–';
    },
    setFilter(name: keyof ChannelFilter, value: string): void {
      this.filter = { ...this.filter, [name]: value };
      options.onFilterChange();
    },
    /** Another press on a card's tag shows all channels again. */
    toggleTag(tag: string): void {
      const isOn = tag.toLowerCase() === this.filter.tag.toLowerCase();
      this.setFilter('tag', isOn ? '' : tag);
    },
    clearFilter(): void {
      this.filter = noFilter;
      options.onFilterChange();
    },
    /** Sums up the book, and returns the channels that match the filter. */
    sumUp() {
      const channels = book.all();
      this.totals = sumUpChannels(channels);
      for (const status of statusFilters) {
        this.statusCounts[status] = channels.filter((it) => matchesStatus(it, status)).length;
      }
      const tags = tagsOfChannels(channels);
      if (tags.join('\n') !== this.tags.join('\n')) this.tags = tags;
      // Read once: a reactive object is slow to read for each of many channels.
      const filter = { ...this.filter };
      const matching = isFiltering(filter)
        ? channels.filter((it) => matchesFilter(it, filter))
        : channels;
      this.matchingCount = matching.length;
      return matching;
    },
  };
}
