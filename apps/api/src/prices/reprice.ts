import { priceRequest, settingsInForce } from '@api-monitor/core';
import { listTargets, type RepricedRequests, readSettings, repriceRequests } from '@api-monitor/db';
import { createPricer } from '@api-monitor/prices';
import type { z } from '@hono/zod-openapi';
import type { ApiDeps } from '../api-deps.ts';
import type { repriceSchema } from './price-schema.ts';

/** How many requests a step looks at: a few milliseconds each time for everybody else. */
const stepLength = 500;

/**
 * Prices one step of the stored requests by the prices of now, at the hours when they were made. Requests of
 * channels that are gone stay as they are.
 */
export async function reprice(
  { db, prices, givenSettings }: Pick<ApiDeps, 'db' | 'prices' | 'givenSettings'>,
  { from, to, dry_run, after }: z.output<typeof repriceSchema>,
): Promise<RepricedRequests> {
  const settings = settingsInForce(await readSettings(db), givenSettings);
  const priceOf = await createPricer(prices, settings);
  const targets = new Map((await listTargets(db)).map((target) => [target.id, target]));
  return repriceRequests(db, {
    ...{ from, to, after, limit: stepLength, isDryRun: dry_run },
    priceOf(request) {
      const target = request.target_id === null ? undefined : targets.get(request.target_id);
      if (!target) return undefined;
      return priceRequest(request, request.model === null ? null : priceOf(target, request.model));
    },
  });
}
