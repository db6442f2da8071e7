import { type ApiClient, answerOf } from '../api/client.ts';
import type { PageStore } from '../shell/page-store.ts';
import type { ListedRequest } from './request-line.ts';
import { filterQueryOf, type RequestFilter } from './requests-address.ts';

interface TailOptions {
  client: ApiClient;
  page: PageStore;
  filter(): RequestFilter;
  /** Whether new requests would push away the one that the reader is looking at. */
  isReading(): boolean;
  drawList(): void;
}

const pageLength = 50;
const maxAtOnce = 200;
/** A limit, because the page may follow the gateway for hours. */
const maxKept = 1000;

/** The newest requests, updated as the gateway serves more. */
export function createTail({ client, page, filter, isReading, drawList }: TailOptions) {
  let shown: readonly ListedRequest[] = [];
  /** Newer than those shown, held back while the list is paused or being read. */
  let held: readonly ListedRequest[] = [];
  let turn = 0;
  let currency = 'USD';

  const ask = (place: { before_id?: string; after_id?: string; limit: string }) =>
    page.attempt(() =>
      answerOf(client.api.proxy.requests.$get({ query: { ...filterQueryOf(filter()), ...place } })),
    );

  return {
    isPaused: false,
    hasOlder: false,
    /** How many requests are held back. */
    waiting: 0,
    count: 0,
    requests: () => shown,
    currency: () => currency,
    show(requests: readonly ListedRequest[]): void {
      shown = requests;
      this.count = shown.length;
      drawList();
    },
    setPaused(isPaused: boolean): void {
      this.isPaused = isPaused;
      if (!isPaused) this.showWaiting();
    },
    showWaiting(): void {
      const all = [...held, ...shown];
      held = [];
      this.waiting = 0;
      if (all.length > maxKept) this.hasOlder = true;
      this.show(all.slice(0, maxKept));
    },
    /** Starts again, because the filter changed. */
    async reload(): Promise<boolean> {
      turn += 1;
      const mine = turn;
      const answer = await ask({ limit: String(pageLength) });
      if (mine !== turn) return true;
      if (!answer) return page.mayWatch;
      held = [];
      this.waiting = 0;
      currency = answer.currency;
      this.hasOlder = answer.next_before_id !== null;
      this.show(answer.items);
      return true;
    },
    /** Loads the requests that are newer than the newest one. */
    async follow(): Promise<void> {
      const mine = turn;
      const newest = held[0] ?? shown[0];
      const place = newest ? { after_id: String(newest.id) } : {};
      const answer = await ask({ ...place, limit: String(maxAtOnce) });
      if (!answer || mine !== turn || answer.items.length === 0) return;
      // There are more than one answer holds, so the list would have a gap.
      if (answer.next_before_id !== null && newest) return void (await this.reload());
      held = [...answer.items, ...held].slice(0, maxKept);
      if (this.isPaused || isReading()) this.waiting = held.length;
      else this.showWaiting();
    },
    async loadOlder(): Promise<void> {
      const oldest = shown.at(-1);
      const answer = await ask({ before_id: String(oldest?.id ?? 0), limit: String(maxAtOnce) });
      if (!answer || shown.at(-1) !== oldest) return;
      this.hasOlder = answer.next_before_id !== null;
      this.show([...shown, ...answer.items]);
    },
  };
}
