import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { AppError, offerOf, type Target } from '@api-monitor/core';
import {
  type Database,
  listModelStates,
  listTargetRevisions,
  listTargetsByIds,
  type ModelStateRow,
  openApiKey,
} from '@api-monitor/db';
import type { Logger } from '@api-monitor/runtime';
import type { Board, BoardModel, BoardTarget } from './board.ts';

export interface TargetSync {
  /** Reads the channels whose revision is another than the last time, and drops those that are gone. */
  sync(): Promise<void>;
}

interface Options {
  db: Database;
  board: Board;
  logger: Logger;
  /** Called for each channel that was read again; null: it is gone, or nothing may be sent there. */
  onTarget: (targetId: number, target: BoardTarget | null) => void;
}

/** How long requests may wait for a reading of channels; SQLite answers without a turn of the event loop. */
const sliceMs = 10;

export function createTargetSync(options: Options): TargetSync {
  const known = new Map<number, number>();
  return {
    async sync() {
      const revisions = await listTargetRevisions(options.db);
      let endsAt = performance.now() + sliceMs;
      for (const { id, revision } of revisions) {
        if (known.get(id) === revision) continue;
        if (performance.now() >= endsAt) {
          await yieldToEventLoop();
          endsAt = performance.now() + sliceMs;
        }
        put(options, id, await readTarget(options, id));
        known.set(id, revision);
      }
      const present = new Set(revisions.map(({ id }) => id));
      for (const id of [...known.keys()].filter((knownId) => !present.has(knownId))) {
        known.delete(id);
        put(options, id, null);
      }
    },
  };
}

function put({ board, onTarget }: Options, id: number, target: BoardTarget | null): void {
  if (target) board.putTarget(target);
  else board.dropTarget(id);
  onTarget(id, target);
}

/** Null where a channel can't be read or its key can't be opened: one bad row stops no other. */
async function readTarget({ db, logger }: Options, id: number): Promise<BoardTarget | null> {
  try {
    const [target] = await listTargetsByIds(db, [id]);
    if (!target) return null;
    const states = await listModelStates(db, { target_id: id, with_history: false });
    return boardTargetOf(db, target, states);
  } catch (err) {
    if (!(err instanceof AppError) && !(err instanceof SyntaxError)) throw err;
    logger.error({ err, target_id: id }, 'channel left out of the board');
    return null;
  }
}

function boardTargetOf(
  db: Database,
  target: Target,
  states: readonly ModelStateRow[],
): BoardTarget {
  const { id, name, enabled, sort_order, interval_min, timeout_s, anthropic_version } = target;
  const apiKey = openApiKey(db, target);
  const models = new Map<string, BoardModel>();
  const boardTarget: BoardTarget = {
    ...{ id, name, enabled, sort_order, interval_min, timeout_s, anthropic_version },
    channel: { id, baseUrl: target.base_url, apiKey, verifySsl: target.verify_ssl },
    models,
  };
  for (const state of states) models.set(state.model, offerOf(boardTarget, state));
  return boardTarget;
}
