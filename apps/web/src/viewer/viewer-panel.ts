import type { ErrorKind, HistoryPoint, ProbeRow } from '@api-monitor/core';
import type { InferResponseType } from 'hono/client';
import { type ApiClient, answerOf } from '../api/client.ts';
import { ApiFailure, sentenceOf } from '../api/failure.ts';
import type { Channel } from '../channels/channel.ts';
import { type RunReport, runReport } from '../channels/wording/run-report.ts';
import { download, fileNameOf } from '../export/download.ts';
import type { Translator } from '../i18n/translate.ts';
import { probesAsCsv, probesAsJsonl } from '../probes/export-probes.ts';
import {
  countProbes,
  filterProbes,
  isFilteringProbes,
  noProbeFilter,
  type ProbeFilter,
  probeStatuses,
  readySearch,
} from '../probes/filter-probes.ts';
import { withLive } from '../probes/live-probes.ts';
import type { RunChoice, ViewerAddress } from '../probes/viewer-address.ts';
import { pagePath } from '../shell/base-path.ts';
import type { LanguageStore } from '../shell/language-store.ts';
import type { ToastStore } from '../shell/toast-store.ts';
import { type ProbeDetail, probeDetail } from './probe-detail.ts';

export type ListedRun = InferResponseType<
  ApiClient['api']['targets'][':id']['runs']['$get'],
  200
>['items'][number];

/** The API's answer about a channel's probes. */
export interface Loaded {
  target: Channel;
  runs: ListedRun[];
  /** The run that the rows belong to; null if they are of all runs, or there is none yet. */
  run: ListedRun | null;
  rows: ProbeRow[];
}

interface ViewerOptions {
  client: ApiClient;
  toasts: ToastStore;
  language: LanguageStore;
  targetId: number;
  address: ViewerAddress;
  /** The filter, the run or the open probe changed. */
  onAddressChange(): void;
  onRunChange(): void;
  loadOlderRuns(): Promise<void>;
  /** Draws the lists of runs and probes. */
  drawLists(): void;
  nextFrame(callback: () => void): void;
}

/** How many rows are made searchable in a frame: a few milliseconds' worth. */
const searchablePerFrame = 500;

export type ViewerPanel = ReturnType<typeof createViewerPanel>;

/** A channel's probes: which ones are shown, which one is open, and the actions on them. */
export function createViewerPanel(options: ViewerOptions) {
  const { client, language, toasts, targetId, address } = options;
  let loaded: Loaded | null = null;
  let live: readonly ProbeRow[] = [];
  let rows: readonly ProbeRow[] = [];
  let shown: readonly ProbeRow[] = [];
  let selected: ProbeRow | null = null;
  let wantedId = address.probeId;

  const rowsOf = (run: RunChoice): ProbeRow[] => {
    if (!loaded) return [];
    if (run === 'latest') return withLive(loaded.rows, live);
    const ofRun = live.filter((probe) => probe.run_id === run);
    return ofRun.length > 0 && loaded.rows.length === 0 ? ofRun : loaded.rows;
  };

  /** The same probe, or the one that replaced it in the latest run. */
  const reselect = (run: RunChoice) => {
    const id = selected?.id ?? wantedId;
    if (id === null) return;
    const { model } = selected ?? {};
    const same = rows.find((row) => row.id === id);
    selected =
      same ?? (run === 'latest' ? rows.find((row) => row.model === model) : null) ?? selected;
  };

  const makeSearchable = (of: readonly ProbeRow[], from = 0) => {
    if (of !== rows || from >= of.length) return;
    readySearch(of.slice(from, from + searchablePerFrame));
    options.nextFrame(() => makeSearchable(of, from + searchablePerFrame));
  };

  return {
    statuses: probeStatuses,
    analysisHref: pagePath(`/analysis.html?target_id=${targetId}`),
    name: '',
    canCheck: false,
    isRunning: false,
    progress: null as Channel['run_progress'],
    run: address.run,
    /** Whether there are runs older than those that are listed. */
    hasOlderRuns: false,
    isLoadingOlder: false,
    shownRunId: null as number | null,
    /** What should be known about the run as a whole; all empty if nothing. */
    report: noReport,
    runTone: 'bad' as 'bad' | 'warn',
    filter: address.filter,
    counts: { all: 0, passed: 0, failed: 0, skipped: 0 },
    kinds: [] as ErrorKind[],
    models: [] as string[],
    count: 0,
    detail: null as ProbeDetail | null,
    get progressText(): string {
      const { t } = language.translator;
      return this.progress ? t('card.progress', { ...this.progress }) : t('status.running');
    },
    get isFiltering(): boolean {
      return isFilteringProbes(this.filter);
    },
    setFilter(name: keyof ProbeFilter, value: string): void {
      this.filter = { ...this.filter, [name]: value };
      options.onAddressChange();
      this.applyFilter();
    },
    /** A partly typed name doesn't filter; only the name of an existing model does. */
    typeModel(text: string): void {
      if (text === '' || this.models.includes(text)) this.setFilter('model', text);
    },
    clearFilter(): void {
      this.filter = noProbeFilter;
      options.onAddressChange();
      this.applyFilter();
    },
    choose(run: RunChoice): void {
      this.run = run;
      this.close();
      options.onRunChange();
    },
    async showOlderRuns(): Promise<void> {
      if (this.isLoadingOlder) return;
      this.isLoadingOlder = true;
      await options.loadOlderRuns().finally(() => {
        this.isLoadingOlder = false;
      });
    },
    takeRuns(runs: ListedRun[]): void {
      if (loaded) loaded = { ...loaded, runs };
      options.drawLists();
    },
    /** Shows all checks of the open probe's model. */
    followModel(): void {
      this.setFilter('model', this.detail?.model ?? '');
      this.choose('all');
    },
    open(id: number): void {
      selected = shown.find((row) => row.id === id) ?? null;
      this.showDetail();
      options.onAddressChange();
    },
    close(): void {
      selected = null;
      wantedId = null;
      this.showDetail();
      options.onAddressChange();
    },
    /** Opens the probe that is this many rows further down. */
    step(by: number): void {
      const index = shown.findIndex((row) => row.id === selected?.id);
      const next = shown[index + by];
      if (next) this.open(next.id);
    },
    async check(): Promise<void> {
      if (this.isRunning) return;
      this.isRunning = true;
      this.progress = null;
      try {
        await answerOf(client.api.targets[':id'].run.$post({ param: { id: String(targetId) } }));
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 409) return;
        this.isRunning = false;
        toasts.show(sentenceOf(error, language.translator), { tone: 'bad' });
      }
    },
    save(kind: 'csv' | 'jsonl'): void {
      const run = this.run === 'latest' ? (this.shownRunId ?? '') : this.run;
      const text = kind === 'csv' ? probesAsCsv(shown) : probesAsJsonl(shown);
      const type = kind === 'csv' ? 'text/csv' : 'application/jsonl';
      download(`${fileNameOf(this.name, String(run))}.${kind}`, type, text);
    },
    async copy(what: 'curl' | 'answer'): Promise<void> {
      const text = what === 'curl' ? this.detail?.curl : this.detail?.content;
      await navigator.clipboard.writeText(text ?? '');
      toasts.show(language.t(`viewer.copied.${what}`));
    },
    /** Takes over an answer of the API; `nextLive` are probes of the run under way, newest last. */
    take(next: Loaded, nextLive: readonly ProbeRow[]): void {
      loaded = next;
      const { target, run } = next;
      this.name = target.name;
      this.canCheck = target.can_operate;
      this.isRunning = target.running;
      this.progress = target.run_progress;
      this.shownRunId = run?.id ?? null;
      this.report = reportOf(run, language.translator);
      this.runTone = run?.status === 'error' ? 'bad' : 'warn';
      this.takeLive(nextLive);
    },
    takeLive(next: readonly ProbeRow[]): void {
      live = next;
      const nextRows = rowsOf(this.run);
      if (nextRows !== rows) {
        rows = nextRows;
        Object.assign(this, countProbes(rows));
        makeSearchable(rows);
      }
      reselect(this.run);
      this.showDetail();
      this.applyFilter();
    },
    applyFilter(): void {
      shown = filterProbes(rows, { ...this.filter });
      this.count = shown.length;
      options.drawLists();
    },
    showDetail(): void {
      this.detail =
        selected && loaded ? probeDetail(selected, loaded.target, language.translator) : null;
      options.drawLists();
    },
    historyOf: (model: string): readonly HistoryPoint[] =>
      loaded?.target.latest_models.find((it) => it.model === model)?.history ?? [],
    runs: (): readonly ListedRun[] => loaded?.runs ?? [],
    /** The probes that match the filters. */
    shownRows: () => shown,
  };
}

const noReport: RunReport = { title: '', text: '', words: '' };

function reportOf(run: ListedRun | null, translator: Translator): RunReport {
  return (run && runReport(run, run.status === 'completed', translator)) ?? noReport;
}
