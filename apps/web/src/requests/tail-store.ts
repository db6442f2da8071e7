import { type ApiClient, answerOf } from '../api/client.ts';
import { keepLines } from '../live/keep-lines.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { PageStore } from '../shell/page-store.ts';
import { type ListedRequest, type RequestLine, requestLine } from './request-line.ts';
import { filterQueryOf, type RequestFilter } from './requests-address.ts';

/** The newest requests, following the gateway. */
export interface TailStore {
  lines: RequestLine[];
  openIds: number[];
  isPaused: boolean;
  hasOlder: boolean;
  /** How many have come that are held back while the reader reads. */
  waiting: number;
  isOpen(id: number): boolean;
  toggle(id: number): void;
  setPaused(isPaused: boolean): void;
  /** Shows what was held back. */
  showWaiting(): void;
  /** Asks anew, for another filter. */
  reload(): Promise<boolean>;
  /** Asks for what has come since. */
  follow(): Promise<void>;
  loadOlder(): Promise<void>;
  draw(): void;
}

interface TailOptions {
  client: ApiClient;
  page: PageStore;
  language: LanguageStore;
  filter(): RequestFilter;
  /** The list's top is out of sight: what comes in above would push it. */
  isReading(): boolean;
  nextFrame(callback: () => void): void;
}

const pageLength = 50;
const mostAtOnce = 200;
/** Following for hours must not grow without bound. */
const mostKept = 1000;
const linesPerFrame = 8;

export function createTailStore(options: TailOptions): TailStore {
  const { client, page, language } = options;
  let shown: ListedRequest[] = [];
  /** Newer than those shown, and older ones, that have not been drawn yet. */
  let held: ListedRequest[] = [];
  let older: ListedRequest[] = [];
  let turn = 0;
  let isGoingOn = false;
  const lineOf = keepLines((request: ListedRequest, _index, translator) =>
    requestLine(request, translator),
  );

  const ask = async (place: { before_id?: string; after_id?: string; limit: string }) => {
    const query = { ...filterQueryOf(options.filter()), ...place };
    return page.attempt(() => answerOf(client.api.proxy.requests.$get({ query })));
  };

  /** Draws what is there to be drawn, a frame's worth at a time. */
  const drawOn = (store: TailStore) => {
    const newer = store.waiting > 0 ? [] : held.splice(-linesPerFrame);
    const next = older.splice(0, linesPerFrame - newer.length);
    shown = [...newer, ...shown, ...next];
    store.draw();
    const isDone = older.length === 0 && (held.length === 0 || store.waiting > 0);
    if (isDone || isGoingOn) return;
    isGoingOn = true;
    options.nextFrame(() => {
      isGoingOn = false;
      drawOn(store);
    });
  };

  const newestId = () => (held[0] ?? shown[0])?.id ?? 0;
  const sinceNewest = () => (newestId() > 0 ? { after_id: String(newestId()) } : {});

  return {
    lines: [],
    openIds: [],
    isPaused: false,
    hasOlder: false,
    waiting: 0,
    isOpen(id) {
      return this.openIds.includes(id);
    },
    toggle(id) {
      this.openIds = this.isOpen(id)
        ? this.openIds.filter((it) => it !== id)
        : [...this.openIds, id];
    },
    setPaused(isPaused) {
      this.isPaused = isPaused;
      if (!isPaused) this.showWaiting();
    },
    showWaiting() {
      const room = Math.max(0, mostKept - held.length);
      if (shown.length > room) this.hasOlder = true;
      shown = shown.slice(0, room);
      this.waiting = 0;
      drawOn(this);
    },
    async reload() {
      turn += 1;
      const mine = turn;
      const answer = await ask({ limit: String(pageLength) });
      if (mine !== turn) return true;
      if (!answer) return page.phase === 'ready' || page.phase === 'failed';
      shown = [];
      held = [];
      older = [...answer.items];
      this.waiting = 0;
      this.hasOlder = answer.next_before_id !== null;
      drawOn(this);
      return true;
    },
    async follow() {
      const mine = turn;
      const answer = await ask({ ...sinceNewest(), limit: String(mostAtOnce) });
      if (!answer || mine !== turn || answer.items.length === 0) return;
      // More came than one answer holds: what lies between is found by asking anew.
      if (answer.next_before_id !== null && newestId() > 0) return void (await this.reload());
      held = [...answer.items, ...held].slice(0, mostKept);
      if (this.isPaused || options.isReading()) this.waiting = held.length;
      else this.showWaiting();
    },
    async loadOlder() {
      if (older.length > 0) return;
      const mine = turn;
      const before_id = String(shown.at(-1)?.id ?? 0);
      const answer = await ask({ before_id, limit: String(mostAtOnce) });
      if (!answer || mine !== turn) return;
      older = [...answer.items];
      this.hasOlder = answer.next_before_id !== null;
      drawOn(this);
    },
    draw() {
      this.lines = shown.map((request) => lineOf(request, 0, language.translator));
    },
  };
}
