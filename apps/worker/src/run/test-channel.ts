import {
  type ChannelTest,
  chooseCheapModel,
  chooseModels,
  type ProbeResult,
  type TestChannelJob,
} from '@api-monitor/core';
import { openedUpstreamTarget, openTestedChannel, type TestedChannel } from '@api-monitor/db';
import { listModels } from '../probe/list-models.ts';
import { probeModel } from '../probe/probe-model.ts';
import { roundToMs } from '../round-to-ms.ts';
import type { WorkerDeps } from '../worker-deps.ts';

type Deps = Pick<WorkerDeps, 'db' | 'bus' | 'upstream' | 'nowS' | 'random'>;

/** All pages of the list may take twice as long, so that list and answer end within a minute. */
const longestListS = 12;
const longestAnswerS = 30;

/** Connections are pooled by id, and stored channels have positive ones. */
let lastId = 0;

/**
 * Tries a channel that isn't stored: lists its models and asks one. The result is published, nothing is
 * written. It ends at once if the caller left, and isn't begun for one that left before.
 */
export async function testChannel(
  { db, bus, upstream, nowS, random }: Deps,
  job: TestChannelJob,
  cut: AbortSignal,
): Promise<void> {
  if (nowS() >= job.expires_at) return;
  const left = new AbortController();
  const unsubscribe = bus.events.subscribe(({ event }) => {
    const isAboutThis = event.type === 'channel_tested' && event.data.test_id === job.test_id;
    if (isAboutThis && event.data.result === null) left.abort();
  });
  const signal = AbortSignal.any([cut, left.signal]);
  lastId -= 1;
  const id = lastId;
  try {
    const channel = openTestedChannel(db, job.sealed_channel);
    const tried = { id, channel, model: job.model, signal };
    const result = await tryOut({ upstream, nowS, random }, tried);
    await bus.events.publish({ type: 'channel_tested', data: { test_id: job.test_id, result } });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    unsubscribe();
    upstream.forget(id);
  }
}

interface Tried {
  id: number;
  channel: TestedChannel;
  model: string | null;
  signal: AbortSignal;
}

async function tryOut(
  { upstream, nowS, random }: Pick<Deps, 'upstream' | 'nowS' | 'random'>,
  { id, channel, model: chosen, signal }: Tried,
): Promise<ChannelTest> {
  const upstreamTarget = openedUpstreamTarget({ id, name: 'test', ...channel });
  const shared = { upstream, upstreamTarget };
  const list = channel.models_mode === 'manual' ? null : await tryList(shared, channel, signal);
  const models = chooseModels(list?.models ?? [], channel);
  const model = chosen ?? chooseCheapModel(models, channel.dont_probe);
  if (model === null) return { list, probe: null };
  const { probe } = await probeModel({
    ...{ ...shared, model, signal, nowS, random },
    target: { ...channel, timeout_s: Math.min(channel.timeout_s, longestAnswerS) },
    remembered: null,
    by: 'run',
    // A person asked for it, and the api limits how often.
    budget: { reserve: () => () => {} },
  });
  return { list, probe: shownProbe(probe) };
}

async function tryList(
  shared: Pick<Parameters<typeof listModels>[0], 'upstream' | 'upstreamTarget'>,
  channel: TestedChannel,
  cut: AbortSignal,
): Promise<ChannelTest['list']> {
  const target = { ...channel, timeout_s: Math.min(channel.timeout_s, longestListS) };
  const begunAt = performance.now();
  const list = await listModels({ ...shared, target, way: null, cut });
  const duration = roundToMs((performance.now() - begunAt) / 1000);
  if (list.ok) return { models: list.models, way: list.way, duration, notes: [] };
  const { kind, status, message } = list;
  const notes = [{ code: 'list_failed' as const, kind, status, message }];
  return { models: null, way: null, duration, notes };
}

function shownProbe(probe: ProbeResult): NonNullable<ChannelTest['probe']> {
  const { timestamp, proved_by, tool_calls, output_tokens_per_s, ...shown } = probe;
  return shown;
}
