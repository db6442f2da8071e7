import { type ApiClient, answerOf } from '../../api/client.ts';
import { sentenceOf } from '../../api/failure.ts';
import type { ChannelBook } from '../../channels/channel-book.ts';
import type { LanguageStore } from '../../shell/language-store.ts';
import type { ToastStore } from '../../shell/toast-store.ts';
import { type BulkChange, type BulkItem, outcomeText } from './outcome-text.ts';

interface SelectionOptions {
  client: ApiClient;
  book: ChannelBook;
  toasts: ToastStore;
  language: LanguageStore;
  /** The channels on the page, from top to bottom. */
  shownIds(): readonly number[];
  /** What is selected has changed. */
  onChange(): void;
}

/** As many as one call takes. */
const mostAtOnce = 1000;

export type Selection = ReturnType<typeof createSelection>;

/** The channels that the reader has selected, and what can be done to all of them. */
export function createSelection(options: SelectionOptions) {
  const { client, book, toasts, language } = options;
  let chosen = new Set<number>();
  /** Where a range begins. */
  let anchor: number | null = null;

  const send = async (ids: readonly number[], change: BulkChange, init: RequestInit = {}) => {
    const items: BulkItem[] = [];
    for (let at = 0; at < ids.length; at += mostAtOnce) {
      const json = { ...change, ids: ids.slice(at, at + mostAtOnce) };
      items.push(...(await answerOf(client.api.targets.bulk.$post({ json }, { init }))).items);
    }
    return items;
  };
  const nameOf = (id: number) => book.get(id)?.name ?? '';
  const report = (change: BulkChange, items: readonly BulkItem[]) => {
    const tone = items.some(({ outcome }) => outcome === 'refused') ? 'bad' : 'plain';
    toasts.show(outcomeText(change, items, nameOf, language.translator), { tone });
  };
  const complain = (error: unknown) =>
    toasts.show(sentenceOf(error, language.translator), { tone: 'bad' });

  const deleteNow = async (ids: readonly number[]) => {
    try {
      const items = await send(ids, { action: 'delete' }, { keepalive: true });
      for (const { id, outcome } of items) {
        if (outcome === 'refused') book.hide(id, false);
        else book.remove(id);
      }
      if (items.some(({ outcome }) => outcome === 'refused')) report({ action: 'delete' }, items);
    } catch (error) {
      for (const id of ids) book.hide(id, false);
      complain(error);
    }
  };

  return {
    isOn: false,
    isBusy: false,
    count: 0,
    /** Outside of the reactive state, because the list asks for each of many channels. */
    has: (id: number) => chosen.has(id),
    ids: () => [...chosen],
    get countText() {
      return language.count('bulk.selected', this.count);
    },
    select(ids: Iterable<number>) {
      chosen = new Set(ids);
      this.count = chosen.size;
      options.onChange();
    },
    start() {
      this.isOn = true;
      this.select([]);
    },
    stop() {
      this.isOn = false;
      anchor = null;
      this.select([]);
    },
    /** With `isRange`, all channels from the one that was toggled last become like this one. */
    toggle(id: number, isRange: boolean) {
      const shown = options.shownIds();
      const from = anchor === null ? -1 : shown.indexOf(anchor);
      const to = shown.indexOf(id);
      const isChosen = !chosen.has(id);
      const range =
        isRange && from >= 0 ? shown.slice(Math.min(from, to), Math.max(from, to) + 1) : [id];
      const others = [...chosen].filter((one) => !range.includes(one));
      anchor = id;
      this.select(isChosen ? [...others, ...range] : others);
    },
    /** All that match the filters, or none if they are selected already. */
    toggleShown() {
      const shown = options.shownIds();
      this.select(shown.every((id) => chosen.has(id)) ? [] : shown);
    },
    /** Forgets channels that are gone. */
    keepKnown() {
      const known = [...chosen].filter((id) => book.get(id));
      if (known.length < chosen.size) this.select(known);
    },
    run() {
      return this.act({ action: 'run' });
    },
    pause() {
      return this.act({ action: 'pause' });
    },
    resume() {
      return this.act({ action: 'resume' });
    },
    /** Throws an `ApiFailure`. */
    async change(change: BulkChange): Promise<void> {
      report(change, await send([...chosen], change));
    },
    async act(change: BulkChange): Promise<void> {
      if (this.isBusy || this.count === 0) return;
      this.isBusy = true;
      await this.change(change).catch(complain);
      this.isBusy = false;
    },
    /** Hides the channels at once, and deletes them when that can no longer be undone. */
    remove() {
      const ids = [...chosen];
      if (ids.length === 0) return;
      this.select([]);
      for (const id of ids) book.hide(id, true);
      toasts.show(language.count('bulk.deleted', ids.length), {
        action: {
          text: language.t('toast.undo'),
          run: () => {
            for (const id of ids) book.hide(id, false);
          },
        },
        onLapse: () => void deleteNow(ids),
      });
    },
  };
}
