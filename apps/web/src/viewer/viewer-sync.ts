import type { ProbeRow } from '@api-monitor/core';
import { type ApiClient, answerOf } from '../api/client.ts';
import type { ProgressEvent } from '../channels/channel.ts';
import { createRefetchQueue } from '../live/refetch-queue.ts';
import type { Follower } from '../live/watch-server.ts';
import { liveProbe } from '../probes/live-probes.ts';
import type { RunChoice } from '../probes/viewer-address.ts';
import type { PageStore } from '../shell/page-store.ts';
import type { ViewerStore } from './viewer-store.ts';

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
const restOfAllMs = 10_000;

/** Keeps the viewer true to the server: what is asked for, and what events tell of a run under way. */
export function createViewerSync(options: ViewerSyncOptions) {
  const { client, page, viewer, targetId } = options;
  const param = { id: String(targetId) };
  let live: ProbeRow[] = [];
  let turn = 0;

  const ask = async (run: RunChoice) => {
    const target = client.api.targets[':id'];
    const limits = { runs: { limit: String(mostRuns), traffic: '1' as const } };
    const [{ items: runs }, logs] = await Promise.all([
      answerOf(target.runs.$get({ param, query: limits.runs })),
      answerOf(target.logs.$get({ param, query: { ...queryOf(run), limit: String(mostRows) } })),
    ]);
    return { target: logs.target, runs, run: logs.run, rows: logs.items };
  };

  const loadAll = async () => {
    turn += 1;
    const mine = turn;
    const loaded = await page.attempt(() => ask(viewer.run));
    // Another run was chosen meanwhile: its answer is the one to show.
    if (!loaded || mine !== turn) return page.phase === 'ready' || page.phase === 'failed';
    if (!loaded.target.running) live = [];
    viewer.takeLive(live);
    viewer.take(loaded);
    page.phase = 'ready';
    return true;
  };

  const queue = createRefetchQueue({
    fetchOne: async () => void (await loadAll()),
    fetchAll: async () => void (await loadAll()),
    // All of a channel's checks are a heavy answer: not asked for with every run that ends.
    setTimer: (callback, delayMs) =>
      options.setTimer(callback, viewer.run === 'all' ? restOfAllMs : delayMs),
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
      if (name === 'resync') return queue.request(targetId);
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
