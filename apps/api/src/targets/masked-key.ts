import { maskSecret, type Target } from '@api-monitor/core';
import { type Database, openApiKey } from '@api-monitor/db';

/**
 * A channel's key as people may see it. It is `…` if another installation sealed the key: the channel stays
 * readable, and a run says what is wrong.
 */
export function maskedKey(db: Database, target: Target): string {
  try {
    return maskSecret(openApiKey(db, target));
  } catch {
    return '…';
  }
}
