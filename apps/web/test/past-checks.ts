import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The result of a channel's run on a UTC day; day 0 is the oldest. */
export type PastRun = (day: number, run: number) => { success: number; fail: number };

interface PastChecks {
  targetId: number;
  days: number;
  runsADay: number;
  run: PastRun;
}

const secondsPerDay = 86_400;

/**
 * Writes runs with past dates into the database, because the product can't and a status page needs a
 * history. The product keeps the database open in the meantime.
 */
export function writePastChecks(dataDir: string, { targetId, days, runsADay, run }: PastChecks) {
  const sqlite = new DatabaseSync(join(dataDir, 'registry.db'), { timeout: 5000 });
  const insertRun = sqlite.prepare(`
    insert into runs (target_id, started_at, finished_at, status, total, success, fail, skipped, trigger)
    values (?, ?, ?, 'completed', ?, ?, ?, 0, 'schedule')`);
  const insertProbe = sqlite.prepare(`
    insert into run_models (run_id, target_id, protocol, model, stream, duration, success,
      transport_success, tool_calls_count, tool_calls, content, timestamp, error, error_kind, route, endpoint)
    values (?, ?, 'openai', ?, 1, 1, ?, 1, 0, '[]', '', ?, ?, ?, 'chat', '/v1/chat/completions')`);
  const addToDay = sqlite.prepare(`
    insert into probe_totals (target_id, period_s, starts_at, model, protocol, probes, successes,
      watched_s, served_s, durations, first_tokens, errors)
    values (?, ${secondsPerDay}, ?, ?, 'openai', 1, ?, ?, ?, '{}', '{}', '{}')
    on conflict (target_id, period_s, model, starts_at)
    do update set probes = probes + 1, successes = successes + excluded.successes,
      watched_s = watched_s + excluded.watched_s, served_s = served_s + excluded.served_s`);
  const nowS = Math.floor(Date.now() / 1000);
  const startS = nowS - (nowS % secondsPerDay) - days * secondsPerDay;
  const timeOf = (index: number) => startS + Math.floor((index * secondsPerDay) / runsADay);
  sqlite.exec('begin immediate');
  for (let index = 0; timeOf(index) < nowS; index += 1) {
    const at = timeOf(index);
    const { success, fail } = run(Math.floor(index / runsADay), index % runsADay);
    const total = success + fail;
    const { lastInsertRowid } = insertRun.run(targetId, at, at + 20, total, success, fail);
    for (let model = 0; model < total; model += 1) {
      const isAlive = model < success;
      const failure = isAlive ? [null, null] : ['HTTP 503: no', 'upstream'];
      const day = at - (at % secondsPerDay);
      const watchedS = secondsPerDay / runsADay;
      const servedS = isAlive ? watchedS : 0;
      addToDay.run(targetId, day, `model-${model}`, isAlive ? 1 : 0, watchedS, servedS);
      insertProbe.run(lastInsertRowid, targetId, `model-${model}`, isAlive ? 1 : 0, at, ...failure);
    }
  }
  sqlite.exec('commit');
  sqlite.close();
}
