import {
  costOf,
  noUsage,
  type ProbeResult,
  priceAt,
  settingsInForce,
  type Target,
} from '@api-monitor/core';
import { readSettings } from '@api-monitor/db';
import { createPricer } from '@api-monitor/prices';
import type { WorkerDeps } from '../worker-deps.ts';

type Deps = Pick<WorkerDeps, 'db' | 'prices' | 'givenSettings' | 'logger'>;

/** The probes with what they cost at the prices of now; without it if the prices can't be read. */
export async function priceProbes(
  { db, prices, givenSettings, logger }: Deps,
  target: Target,
  probes: readonly ProbeResult[],
): Promise<ProbeResult[]> {
  const isAsked = ({ input_tokens, output_tokens }: ProbeResult) =>
    input_tokens !== null || output_tokens !== null;
  if (!probes.some(isAsked)) return [...probes];
  try {
    const settings = settingsInForce(await readSettings(db), givenSettings);
    const priceOf = await createPricer(prices, settings);
    return probes.map((probe) => {
      const { input_tokens: inputTokens, output_tokens: outputTokens, timestamp } = probe;
      const price = priceAt(priceOf(target, probe.model)?.prices ?? [], timestamp);
      const cost = price ? costOf({ ...noUsage, inputTokens, outputTokens }, price) : null;
      return isAsked(probe) ? { ...probe, cost } : probe;
    });
  } catch (err) {
    logger.error({ err, target_id: target.id }, 'probes not priced');
    return [...probes];
  }
}
