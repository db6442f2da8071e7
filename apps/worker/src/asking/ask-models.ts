import type { ChannelCause, watchForCause } from '@api-monitor/core';
import type { ProbeOutcome } from '../probe/probe-model.ts';
import type { NotSent } from '../probe/send-attempt.ts';
import type { Budget } from './budget.ts';

interface AskInput {
  models: readonly string[];
  /** How many are asked one by one before the others. */
  askedFirst: number;
  atOnce: number;
  /** Aborts: no other model is asked, but running ones end. */
  signal: AbortSignal;
  budget: Budget;
  watch: ReturnType<typeof watchForCause>;
  /** Null if it was cut off. */
  ask: (model: string) => Promise<ProbeOutcome | null>;
  /** The outcome for a model that isn't asked, because the whole channel is at fault. */
  withoutAsking: (model: string, cause: ChannelCause) => ProbeOutcome;
  onOutcome: (outcome: ProbeOutcome) => Promise<void>;
}

/** Models that weren't asked, by why. */
export type Unasked = Record<NotSent, string[]>;

/**
 * Asks models in their order until a fault of the whole channel is found, which the others then share, or
 * until the budget is used up. Returns those that weren't asked.
 */
export async function askModels(input: AskInput): Promise<Unasked> {
  const { models, askedFirst, atOnce, signal, budget, watch } = input;
  const unasked: Unasked = { over_budget: [], full: [] };
  const askNext = async (model: string) => {
    const cause = watch.cause();
    if (cause) {
      await input.onOutcome(input.withoutAsking(model, cause));
      return;
    }
    if (budget.isUsedUp()) {
      unasked.over_budget.push(model);
      return;
    }
    const outcome = await input.ask(model);
    if (!outcome) return;
    if (outcome.notSent) {
      budget.lose(outcome.probe);
      unasked[outcome.notSent].push(model);
      return;
    }
    watch.take(outcome);
    await input.onOutcome(outcome);
  };
  await forEachLimited(models.slice(0, askedFirst), 1, signal, askNext);
  await forEachLimited(models.slice(askedFirst), atOnce, signal, askNext);
  return unasked;
}

/**
 * Works through `items` in order, at most `limit` at a time, until all are done or `signal` aborts. Rejects
 * with the first error after the running work has ended.
 */
export async function forEachLimited<Item>(
  items: readonly Item[],
  limit: number,
  signal: AbortSignal,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  // All lanes share one iterator, so each takes the next item that no other has taken.
  const rest = items.values();
  let hasFailed = false;
  const lane = async () => {
    for (const item of rest) {
      if (signal.aborted || hasFailed) return;
      await work(item).catch((error) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: limit }, lane));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
}
