import {
  type Database,
  deleteOtherAdminSessions,
  getSecondFactor,
  getSetting,
  inTransaction,
  removeSecondFactor,
  setSettings,
} from '@api-monitor/db';
import { recordAction } from '../audit/record-action.ts';
import { type MadeSecret, randomSecret } from './first-start.ts';
import { hashPassword } from './hash-password.ts';
import { runtimeKeys } from './secrets-in-force.ts';

export const resetHeading = 'Made now and shown only now; keep it:';

const lastResetKey = 'access_reset_at';

const actor = { actor: 'system', session_id: null, address: '' } as const;
/** Ids begin at 1. */
const noSession = 0;

/** Differs after each reset; `''` if there never was one. */
export async function readLastReset(db: Database): Promise<string> {
  return (await getSetting(db, lastResetKey)) ?? '';
}

/**
 * For someone who can read the database and is locked out of the panel: makes a new password, which takes
 * precedence over the one of the environment, switches the second factor off and ends every session.
 * Returns the password. A running monitor takes it at the next login, and lets blocked addresses in again
 * when it next reads its settings.
 */
export async function resetAccess(db: Database, nowS: number): Promise<MadeSecret> {
  const value = randomSecret('');
  const hash = await hashPassword(value);
  await inTransaction(db, async (tx) => {
    const settings = { [runtimeKeys.adminPassword]: hash, [lastResetKey]: String(nowS) };
    await setSettings(tx, settings, nowS);
    const changes = [{ field: 'admin_panel_password', old: '[secret]', new: '[secret]' }];
    await recordAction(tx, actor, { action: 'settings.changed', changes }, nowS);
    await deleteOtherAdminSessions(tx, noSession);
    if (!(await getSecondFactor(tx))) return;
    await removeSecondFactor(tx);
    await recordAction(tx, actor, { action: 'second_factor.removed' }, nowS);
  });
  return { name: 'ADMIN_PANEL_PASSWORD', value };
}
