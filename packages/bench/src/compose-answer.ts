import { maskSecret, type Target } from '@api-monitor/core';
import {
  type Database,
  listModelStates,
  listTargets,
  type ModelStateRow,
  openApiKey,
} from '@api-monitor/db';

/**
 * What `GET /api/targets` answers, read and composed, in pieces of bytes: two for each target. A
 * masked key holds a "…", which no one-byte text can hold: in one text with the histories it would
 * make V8 widen all 40 MB to two bytes a character, and encode them the slow way.
 */
export async function composeAnswer(db: Database, withHistory: boolean): Promise<Buffer[]> {
  const targets = await listTargets(db);
  const states = Map.groupBy(
    await listModelStates(db, { with_history: withHistory }),
    (state) => state.target_id,
  );
  return targets.flatMap((target) => [
    Buffer.from(headText(db, target)),
    Buffer.from(modelsText(states.get(target.id) ?? [])),
  ]);
}

function headText(db: Database, target: Target): string {
  const head = JSON.stringify({ ...target, api_key: maskSecret(openApiKey(db, target)) });
  return `${head.slice(0, -1)},"latest_models":`;
}

function modelsText(states: readonly ModelStateRow[]): string {
  let models = '';
  for (const state of states) {
    if (models !== '') models += ',';
    models += modelText(state);
  }
  return `[${models}]},`;
}

function modelText({ target_id: _, history, ...state }: ModelStateRow): string {
  return `${JSON.stringify(state).slice(0, -1)},"history":${history}}`;
}
