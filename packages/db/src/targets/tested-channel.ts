import { type TargetInput, targetDefaults } from '@api-monitor/core';
import type { Database } from '../engine/database.ts';

const purpose = 'channel_test';

/** A channel that is tried without being stored, its secrets in the clear. */
export type TestedChannel = Omit<TargetInput, 'name' | 'sort_order'>;

/** The whole channel, sealed for a queue: headers may hold secrets too. */
export function sealTestedChannel({ secretBox }: Database, channel: TestedChannel): string {
  return secretBox.seal(JSON.stringify(channel), purpose);
}

/**
 * What `sealTestedChannel` has sealed, perhaps in a process of another version, whose unknown fields have
 * their defaults. Throws AppError `encryption_key_mismatch`.
 */
export function openTestedChannel({ secretBox }: Database, sealed: string): TestedChannel {
  const channel = JSON.parse(secretBox.open(sealed, purpose)) as TestedChannel;
  return { ...targetDefaults, ...channel };
}
