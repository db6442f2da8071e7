import type { Target, UpstreamTarget } from '@api-monitor/core';
import { type Database, openApiKey } from '@api-monitor/db';

/** What is needed to reach a target. Throws AppError `encryption_key_mismatch`. */
export function channelOf(db: Database, target: Target): UpstreamTarget {
  const { id, base_url, verify_ssl } = target;
  return { id, baseUrl: base_url, apiKey: openApiKey(db, target), verifySsl: verify_ssl };
}
