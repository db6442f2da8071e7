import { createHash } from 'node:crypto';
import type { ProxyKeyInput } from '@api-monitor/core';
import { createProxyKey, type Database } from '@api-monitor/db';

export interface TestKey extends Partial<Omit<ProxyKeyInput, 'allowed_target_ids'>> {
  /** The key's text. */
  key: string;
  /** The names of the channels that it may use. */
  channels?: string[];
}

/** Adds a key and returns its id. */
export async function addKey(
  db: Database,
  { key, channels = [], ...fields }: TestKey,
  targetIds: Record<string, number>,
  nowS: number,
): Promise<number> {
  const created = await createProxyKey(
    db,
    {
      name: key,
      allowed_target_ids: channels.flatMap((name) => targetIds[name] ?? []),
      ...fields,
      key_hash: hashOf(key),
      key_prefix: key.slice(0, 12),
    },
    nowS,
  );
  return created.id;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex');
}
