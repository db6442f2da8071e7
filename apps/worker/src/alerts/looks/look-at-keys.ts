import { type AlertRules, findErrorRate, type Look, lookAtEnd } from '@api-monitor/core';
import { countRecentRequests, type Database, listProxyKeys } from '@api-monitor/db';

/** Whether gateway keys end soon. */
export async function lookAtExpiry(db: Database, rules: AlertRules, nowS: number): Promise<Look[]> {
  const keys = (await listProxyKeys(db)).filter(
    ({ revoked_at, enabled }) => enabled && revoked_at === null,
  );
  return [...Map.groupBy(keys, ({ name }) => name)].map(([name, named]): Look => {
    const ends = named.flatMap(({ expires_at }) => expires_at ?? []);
    const ends_at = ends.length === 0 ? null : Math.min(...ends);
    return lookAtEnd({ target_id: null, model: null, kind: 'expiry', name }, ends_at, rules, nowS);
  });
}

/** How far back requests count. */
const recentS = 300;

/** Whether many of a key's requests to a channel fail. */
export async function lookAtErrors(db: Database, rules: AlertRules, nowS: number): Promise<Look[]> {
  const recent = await countRecentRequests(db, nowS - recentS);
  return recent.map(({ key_name: name, target_id, all, failed: bad }) => ({
    subject: { kind: 'error_rate', target_id, model: null, name },
    judge: (wasBad) => findErrorRate({ recent: { all, bad }, wasBad, rules }),
  }));
}
