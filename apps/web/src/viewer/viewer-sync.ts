import type { ProbeRow } from '@api-monitor/core';
import { type ApiClient, answerOf } from '../api/client.ts';
import type { ProgressEvent } from '../channels/channel.ts';
import { createRefetchQueue } from '../live/refetch-queue.ts';
import type { Follower } from '../live/watch-server.ts';
import { liveProbe } from '../probes/live-probes.ts';
import type { RunChoice } from '../probes/viewer-address.ts';
import type { PageStore } from '../shell/page-store.ts';
import { endedSince, withRuns } from './added-runs.ts';
import type { Loaded, ViewerStore } from './viewer-store.ts';

interface ViewerSyncOptions {
  client: ApiClient;
  page: PageStore;
  viewer: ViewerStore;
  targetId: number;
  setTimer(callback: () => void, delayMs: number): () => void;
  /** Draws soon, many changes at once. */
  drawSoon(draw: () => void): void;
}

const mostRows = 20_000;
const mostRuns = 200;
/** Of more that ended at once, everything is asked for again. */
const mostAdded = 4;

/** Keeps the viewer true to the server: what is asked for, and what events tell of a run under way. */
export function createViewerSync(options: ViewerSyncOptions) {
  const { client, page, viewer, targetId } = options;
  const param = { id: String(targetId) };
  let live: ProbeRow[] = [];
  let latest: Loaded | null = null;
  let turn = 0;

  const askRuns = async () => {
    const query = { limit: String(mostRuns), traffic: '1' as const };
    return (await answerOf(client.api.targets[':id'].runs.$get({ param, query }))).items;
  };

  const askLogs = (run: RunChoice) => {
    const query = { ...queryOf(run), limit: String(mostRows) };
    return answerOf(client.api.targets[':id'].logs.$get({ param, query }));
  };

  const ask = async (run: RunChoice): Promise<Loaded> => {
    const [runs, logs] = await Promise.all([askRuns(), askLogs(run)]);
    return { target: logs.target, runs, run: logs.run, rows: logs.items };
  };

  /** All checks with those of the runs that have ended since: 20,000 rows aren't read twice. */
  const askAdded = async (before: Loaded): Promise<Loaded> => {
    const runs = await askRuns();
    const added = endedSince(before.runs, runs);
    if (added.length === 0 || added.length > mostAdded) return ask('all');
    const logs = await Promise.all(added.map(({ id }) => askLogs(id)));
    const rows = withRuns(
      before.rows,
      logs.map(({ items }) => items),
    );
    const { target } = logs.at(-1) ?? before;
    return { target, runs, run: null, rows: rows.slice(0, mostRows) };
  };

  const load = async (asked: () => Promise<Loaded>) => {
    turn += 1;
    const mine = turn;
    const loaded = await page.attempt(asked);
    // Another run was chosen meanwhile: its answer is the one to show.
    if (!loaded || mine !== turn) return page.phase === 'ready' || page.phase === 'failed';
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

  const progressed = (event: ProgressEvent) => {
    if (live[0] && live[0].run_id !== event.run_id) live = [];
    const probe = liveProbe(event);
    if (probe) live = [...live, probe];
    viewer.isRunning = true;
    viewer.progress = { done: event.done, total: event.total };
    options.drawSoon(() => viewer.takeLive(live));
  };

  const follower: Follower = {
    events: ['run_progress', 'run_completed', 'target_updated', 'resync'],
    loadAll,
    onEvent(name, data) {
      if (name === 'resync') return queue.requestAll();
      // Guarantee: the api alone sends these events, in core's shape, from the same release.
      const event = data as ProgressEvent;
      if (event.target_id !== targetId) return;
      if (name === 'run_progress') progressed(event);
      else queue.request(targetId);
    },
  };
  return follower;
}

function queryOf(run: RunChoice) {
  if (run === 'all') return { scope: 'all' as const };
  return run === 'latest' ? {} : { run_id: String(run) };
}
