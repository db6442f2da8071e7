import type { ErrorKind, HistoryPoint, ProbeRow } from '@api-monitor/core';
import type { Channel } from '../channels/channel.ts';
import { keepLines } from '../live/keep-lines.ts';
import { createListDrawer } from '../live/list-drawer.ts';
import {
  countProbes,
  filterProbes,
  isFilteringProbes,
  noProbeFilter,
  type ProbeFilter,
  type ProbeStatus,
  probeStatuses,
  readySearch,
} from '../probes/filter-probes.ts';
import { withLive } from '../probes/live-probes.ts';
import { type ProbeLine, probeLine } from '../probes/probe-line.ts';
import type { RunChoice, ViewerAddress } from '../probes/viewer-address.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import { mostRowsOf, type RowWindow, rowWindow, type WindowInput } from '../ui/virtual-window.ts';
import { type ProbeDetail, probeDetail } from './probe-detail.ts';
import { type ListedRun, type RunLine, runLine } from './run-line.ts';

/** What the api told of a channel's probes. */
export interface Loaded {
  target: Channel;
  runs: ListedRun[];
  /** The run whose rows are shown; null where they are of all runs, or there is none yet. */
  run: ListedRun | null;
  rows: ProbeRow[];
}

/** What the page shows; the rows themselves stay in a closure, and a window of them is drawn. */
export interface ViewerStore {
  readonly statuses: readonly ProbeStatus[];
  name: string;
  canCheck: boolean;
  isRunning: boolean;
  progress: { done: number; total: number } | null;
  readonly progressText: string;
  runs: RunLine[];
  run: RunChoice;
  shownRunId: number | null;
  runError: string;
  filter: ProbeFilter;
  readonly isFiltering: boolean;
  counts: Record<ProbeStatus, number>;
  kinds: ErrorKind[];
  models: string[];
  count: number;
  /** Rows that are drawn anew take the elements of those that have gone: a line's is its index modulo this. */
  slots: number;
  lines: ProbeLine[];
  detail: ProbeDetail | null;
  setFilter(name: keyof ProbeFilter, value: string): void;
  /** While a name is typed: only a model that there is narrows the list, or none any more. */
  typeModel(text: string): void;
  clearFilter(): void;
  open(id: number): void;
  close(): void;
  /** Opens the probe that stands so many rows further. */
  step(by: number): void;
  /** `live`: probes of the run under way, newest last. */
  take(loaded: Loaded, live: readonly ProbeRow[]): void;
  takeLive(live: readonly ProbeRow[]): void;
  draw(): void;
  /** Draws the rows that are seen now. */
  scroll(): void;
  historyOf(model: string): readonly HistoryPoint[];
  /** What the filters leave, to be saved. */
  shownRows(): readonly ProbeRow[];
}

interface ViewerOptions {
  address: ViewerAddress;
  language: LanguageStore;
  /** Where the list stands, in pixels. */
  viewport(): Omit<WindowInput, 'count'>;
  onAddressChange(): void;
  nextFrame(callback: () => void): void;
}

/** Worked out within a few milliseconds. */
const readyPerFrame = 500;
const runsPerFrame = 20;

const noCounts = { all: 0, passed: 0, failed: 0, skipped: 0 };

export function createViewerStore(options: ViewerOptions): ViewerStore {
  const { language } = options;
  let loaded: Loaded | null = null;
  let live: readonly ProbeRow[] = [];
  let rows: readonly ProbeRow[] = [];
  let shown: readonly ProbeRow[] = [];
  let selected: ProbeRow | null = null;
  let wantedId = options.address.probeId;
  let drawn: RowWindow = { from: 0, to: 0 };
  const lineOf = keepLines(probeLine);
  const runDrawer = createListDrawer<ListedRun, RunLine>({
    keyOf: ({ id }) => id,
    lineOf: runLine,
    nextFrame: options.nextFrame,
    budget: runsPerFrame,
  });

  const rowsOf = (run: RunChoice): ProbeRow[] => {
    if (!loaded) return [];
    if (run === 'latest') return withLive(loaded.rows, live);
    const ofRun = live.filter((probe) => probe.run_id === run);
    return ofRun.length > 0 && loaded.rows.length === 0 ? ofRun : loaded.rows;
  };

  /** The same probe, or what has taken its place in the latest run. */
  const reselect = (run: RunChoice) => {
    const id = selected?.id ?? wantedId;
    if (id === null) return;
    const { model } = selected ?? {};
    const same = rows.find((row) => row.id === id);
    selected =
      same ?? (run === 'latest' ? rows.find((row) => row.model === model) : null) ?? selected;
  };

  const drawDetail = (store: ViewerStore) => {
    store.detail =
      selected && loaded ? probeDetail(selected, loaded.target, language.translator) : null;
  };

  const drawWindow = (store: ViewerStore) => {
    store.slots = mostRowsOf(options.viewport());
    store.lines = shown
      .slice(drawn.from, drawn.to)
      .map((probe, offset) => lineOf(probe, drawn.from + offset, language.translator));
  };

  const drawRuns = (store: ViewerStore) => {
    store.runs = runDrawer.draw(loaded?.runs ?? [], language.translator, () => drawRuns(store));
  };

  const windowNow = () => rowWindow({ ...options.viewport(), count: shown.length });

  const drawShown = (store: ViewerStore) => {
    shown = filterProbes(rows, store.filter);
    store.count = shown.length;
    drawn = windowNow();
    drawWindow(store);
  };

  /** What a search looks at, a little in each frame. */
  const getReady = (of: readonly ProbeRow[], from = 0) => {
    if (of !== rows || from >= of.length) return;
    readySearch(of.slice(from, from + readyPerFrame));
    options.nextFrame(() => getReady(of, from + readyPerFrame));
  };

  const readRows = (store: ViewerStore) => {
    const next = rowsOf(store.run);
    if (next === rows) return;
    rows = next;
    const { counts, kinds, models } = countProbes(rows);
    store.counts = counts;
    store.kinds = kinds;
    store.models = models;
    getReady(rows);
  };

  const drawProbes = (store: ViewerStore) => {
    readRows(store);
    reselect(store.run);
    drawDetail(store);
    drawShown(store);
  };

  return {
    statuses: probeStatuses,
    name: '',
    canCheck: false,
    isRunning: false,
    progress: null,
    get progressText() {
      const { t } = language.translator;
      return this.progress ? t('card.progress', { ...this.progress }) : t('status.running');
    },
    runs: [],
    run: options.address.run,
    shownRunId: null,
    runError: '',
    filter: options.address.filter,
    get isFiltering() {
      return isFilteringProbes(this.filter);
    },
    counts: noCounts,
    kinds: [],
    models: [],
    count: 0,
    slots: 1,
    lines: [],
    detail: null,
    setFilter(name, value) {
      this.filter = { ...this.filter, [name]: value };
      options.onAddressChange();
      drawShown(this);
    },
    typeModel(text) {
      if (text === '' || this.models.includes(text)) this.setFilter('model', text);
    },
    clearFilter() {
      this.filter = noProbeFilter;
      options.onAddressChange();
      drawShown(this);
    },
    open(id) {
      selected = shown.find((row) => row.id === id) ?? null;
      drawDetail(this);
      options.onAddressChange();
    },
    close() {
      selected = null;
      wantedId = null;
      this.detail = null;
      options.onAddressChange();
    },
    step(by) {
      const index = shown.findIndex((row) => row.id === selected?.id);
      const next = shown[index + by];
      if (next) this.open(next.id);
    },
    take(next, nextLive) {
      loaded = next;
      live = nextLive;
      const { target, run } = next;
      this.name = target.name;
      this.canCheck = target.can_operate;
      this.isRunning = target.running;
      this.progress = target.run_progress;
      this.shownRunId = run?.id ?? null;
      this.runError = run?.error ?? '';
      this.draw();
    },
    takeLive(next) {
      live = next;
      drawProbes(this);
    },
    draw() {
      drawRuns(this);
      drawProbes(this);
    },
    scroll() {
      const next = windowNow();
      if (next.from === drawn.from && next.to === drawn.to) return;
      drawn = next;
      drawWindow(this);
    },
    historyOf: (model) =>
      loaded?.target.latest_models.find((it) => it.model === model)?.history ?? [],
    shownRows: () => shown,
  };
}
