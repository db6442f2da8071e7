import type { Database } from '../engine/database.ts';
import { getSettings } from './settings.ts';

/** The settings of each token: what an admin chose at run time, and what a first start made. */
export const tokenSettings = {
  apiToken: { chosen: 'runtime_api_monitor_token', made: 'generated_api_monitor_token' },
  visitorToken: {
    chosen: 'runtime_api_monitor_visitor_token',
    made: 'generated_api_monitor_visitor_token',
  },
  proxyMasterToken: { chosen: 'proxy_master_token', made: 'generated_proxy_master_token' },
} as const;

export type TokenName = keyof typeof tokenSettings;

/**
 * The token in force: what an admin chose at run time, else the environment's, else the made one. Null
 * where there is none yet.
 */
export async function readToken(
  db: Database,
  name: TokenName,
  given: string | undefined,
): Promise<string | null> {
  const { chosen, made } = tokenSettings[name];
  const stored = await getSettings(db, [chosen, made]);
  return stored.get(chosen) || given || stored.get(made) || null;
}
