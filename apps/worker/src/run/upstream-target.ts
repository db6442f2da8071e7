import type { Target, UpstreamTarget } from '@api-monitor/core';
import { type Database, openApiKey } from '@api-monitor/db';

/** What is needed to reach a target. Throws AppError `encryption_key_mismatch`. */
export function upstreamTargetOf(db: Database, target: Target): UpstreamTarget {
  const { id, base_url, verify_ssl } = target;
  return { id, baseUrl: base_url, apiKey: openApiKey(db, target), verifySsl: verify_ssl };
}

/**
 * Whether the target now has another address, key or TLS check, so that earlier answers say nothing about
 * it.
 */
export function hasMoved(before: Target, now: Target): boolean {
  return (
    before.base_url !== now.base_url ||
    before.api_key !== now.api_key ||
    before.verify_ssl !== now.verify_ssl
  );
}
