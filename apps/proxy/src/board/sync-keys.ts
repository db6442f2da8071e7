import {
  type Database,
  hashProxyKey,
  listGatewayKeys,
  listProxyKeyRevisions,
} from '@api-monitor/db';
import type { Board, BoardKey } from './board.ts';

export interface KeySync {
  /** Reads the keys where one of them, or the master token, changed since the last time. */
  sync(): Promise<void>;
}

interface Options {
  db: Database;
  board: Board;
  /** The master token in force. */
  readMasterToken: () => Promise<string | null>;
}

/** Keeps the board's keys true; the master token has no revision, so it is part of what is compared. */
export function createKeySync({ db, board, readMasterToken }: Options): KeySync {
  let known: string | null = null;
  return {
    async sync() {
      const masterHash = hashOf(await readMasterToken());
      const revisions = await listProxyKeyRevisions(db);
      const state = [
        masterHash,
        ...revisions.map(({ id, revision }) => `${id}:${revision}`),
      ].join();
      if (state === known) return;
      const keys = await readKeys(db);
      if (masterHash !== null) keys.set(masterHash, masterKey);
      board.replaceKeys(keys);
      known = state;
    },
  };
}

async function readKeys(db: Database): Promise<Map<string, BoardKey>> {
  const keys = await listGatewayKeys(db);
  return new Map(
    keys.map((key) => [
      key.key_hash,
      {
        id: key.id,
        name: key.name,
        enabled: key.enabled,
        expiresAt: key.expires_at,
        rpm_limit: key.rpm_limit,
        tpm_limit: key.tpm_limit,
        targetIds: key.allowed_target_ids.length > 0 ? new Set(key.allowed_target_ids) : null,
        models: key.allowed_models.length > 0 ? new Set(key.allowed_models) : null,
      },
    ]),
  );
}

const masterKey: BoardKey = {
  id: null,
  name: 'master',
  enabled: true,
  expiresAt: null,
  rpm_limit: null,
  tpm_limit: null,
  targetIds: null,
  models: null,
};

function hashOf(token: string | null): string | null {
  return token ? hashProxyKey(token) : null;
}
