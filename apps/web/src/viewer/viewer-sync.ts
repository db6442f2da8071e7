import { type ProbeRow, probeRowLimit, type Run } from '@api-monitor/core';
import { type ApiClient, answerOf } from '../api/client.ts';
import type { ProgressEvent } from '../channels/channel.ts';
import type { DrawLoop } from '../draw/draw-loop.ts';
import { createRefetchQueue } from '../live/refetch-queue.ts';
import type { Follower } from '../live/watch-server.ts';
import { liveProbe } from '../probes/live-probes.ts';
import type { RunChoice } from '../probes/viewer-address.ts';
import type { PageStore } from '../shell/page-store.ts';
import type { Loaded, ViewerPanel } from './viewer-panel.ts';

interface ViewerSyncOptions {
  client: ApiClient;
  page: PageStore;
  viewer: ViewerPanel;
  targetId: number;
  setTimer(callback: () => void, delayMs: number): () => void;
  loop: DrawLoop;
}

/** Of one answer. */
const maxRuns = 200;
/** If more runs than this ended at once, everything is reloaded. */
const maxAdded = 4;

/** Keeps the viewer in step with the server: loads probes and applies the events of the current run. */
export function createViewerSync(options: ViewerSyncOptions) {
  const { client, page, viewer, targetId } = options;
  const param = { id: String(targetId) };
  let live: ProbeRow[] = [];
  let latest: Loaded | null = null;
  let turn = 0;

  const askPage = (before: Partial<Record<'before_id', string>> = {}) => {
    const query = { limit: String(maxRuns), traffic: '1' as const, ...before };
    return answerOf(client.api.targets[':id'].runs.$get({ param, query }));
  };

  /** The newest runs, and the older ones that were asked for before. */
  const askRuns = async () => {
    const { items, next_before_id } = await askPage();
    const runs = withOlder(items, latest?.runs ?? []);
    if (runs.length === items.length) viewer.hasOlderRuns = next_before_id !== null;
    return runs;
  };

  const loadOlderRuns = async () => {
    const before = latest?.runs.at(-1)?.id;
    if (before === undefined) return;
    const older = await page.attempt(() => askPage({ before_id: String(before) }));
    if (!older || !latest) return;
    viewer.hasOlderRuns = older.next_before_id !== null;
    latest = { ...latest, runs: withOlder(latest.runs, older.items) };
    viewer.takeRuns(latest.runs);
  };

  const askLogs = (run: RunChoice) => {
    const query = { ...queryOf(run), limit: String(probeRowLimit) };
    return answerOf(client.api.targets[':id'].logs.$get({ param, query }));
  };

  const ask = async (run: RunChoice): Promise<Loaded> => {
    const [runs, logs] = await Promise.all([askRuns(), askLogs(run)]);
    return { target: logs.target, runs, run: logs.run, rows: logs.items };
  };

  /** Adds the checks of runs that have ended since, so that 20,000 rows aren't loaded twice. */
  const askAdded = async (before: Loaded): Promise<Loaded> => {
    const runs = await askRuns();
    const added = endedSince(before.runs, runs);
    if (added.length === 0 || added.length > maxAdded) return ask('all');
    const logs = await Promise.all(added.map(({ id }) => askLogs(id)));
    const rows = withRuns(
      before.rows,
      logs.map(({ items }) => items),
    );
    const { target } = logs.at(-1) ?? before;
    return { target, runs, run: null, rows: rows.slice(0, probeRowLimit) };
  };

  const load = async (asked: () => Promise<Loaded>) => {
    turn += 1;
    const mine = turn;
    const loaded = await page.attempt(asked);
    // If another run was chosen in the meantime, its answer counts.
    if (!loaded || mine !== turn) return page.mayWatch;
    latest = loaded;
    if (!loaded.target.running) live = [];
    viewer.take(loaded, live);
    page.phase = 'ready';
    return true;
  };

  const loadAll = () => load(() => ask(viewer.run));

  const loadAdded = () => {
    const before = latest;
    const isOfAll = viewer.run === 'all' && before?.run === null && before.rows.length > 0;
    return isOfAll ? load(() => askAdded(before)) : loadAll();
  };

  const queue = createRefetchQueue({
    fetchOne: async () => void (await loadAdded()),
    fetchAll: async () => void (await loadAll()),
    setTimer: options.setTimer,
  });

  const showLive = () => viewer.takeLive(live);

  const progressed = (event: ProgressEvent) => {
    if (live[0] && live[0].run_id !== event.run_id) live = [];
    const probe = liveProbe(event);
    if (probe) live = [...live, probe];
    viewer.isRunning = true;
    viewer.progress = { done: event.done, total: event.total };
    options.loop.request(showLive);
  };

  return {
    events: ['run_progress', 'run_completed', 'target_updated', 'resync'],
    loadAll,
    loadOlderRuns,
    onEvent(name: string, data: unknown): void {
      // Guarantee: only the API sends these events, in core's shape, from the same release.
      const event = data as ProgressEvent;
      if (name === 'resync') queue.requestAll();
      else if (event.target_id !== targetId) return;
      else if (name === 'run_progress') progressed(event);
      else queue.request(targetId);
    },
  } satisfies Follower & { loadOlderRuns(): Promise<void> };
}

function queryOf(run: RunChoice) {
  if (run === 'all') return { scope: 'all' as const };
  return run === 'latest' ? {} : { run_id: String(run) };
}

/** The runs, newest first, followed by those of `known` that are older. */
export function withOlder<Listed extends Pick<Run, 'id'>>(
  runs: readonly Listed[],
  known: readonly Listed[],
): Listed[] {
  const last = runs.at(-1)?.id;
  return [...runs, ...known.filter(({ id }) => last !== undefined && id < last)];
}

/** The runs that have ended, but were running or unknown in `before`. */
export function endedSince<Listed extends Pick<Run, 'id' | 'status'>>(
  before: readonly Listed[],
  now: readonly Listed[],
): Listed[] {
  const hasEnded = ({ status }: Listed) => status !== 'running';
  const known = new Set(before.filter(hasEnded).map(({ id }) => id));
  return now.filter((run) => hasEnded(run) && !known.has(run.id));
}

/** Adds the rows of more runs, each in the order of probing, to a channel's rows, newest first. */
export function withRuns(
  rows: readonly ProbeRow[],
  added: readonly (readonly ProbeRow[])[],
): ProbeRow[] {
  const newest = added.flatMap((run) => run.toReversed());
  const least = Math.min(...added.flatMap(([first]) => (first ? [first.run_id] : [])));
  // Most rows are older than the added ones, and already sorted.
  const older = rows.findIndex(({ run_id }) => run_id < least);
  const mixed = older < 0 ? rows : rows.slice(0, older);
  const settled = older < 0 ? [] : rows.slice(older);
  return [...[...newest, ...mixed].sort((a, b) => b.run_id - a.run_id), ...settled];
}
