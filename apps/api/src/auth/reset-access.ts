import {
  type Database,
  deleteOtherAdminSessions,
  getSecondFactor,
  getSetting,
  inTransaction,
  removeSecondFactor,
  secretSettings,
  setSettings,
} from '@api-monitor/db';
import { createAudit } from '../audit/record-action.ts';
import { systemActor } from './caller.ts';
import { hashPassword } from './hash-password.ts';
import { type MadeSecret, randomSecret } from './secrets.ts';

export const resetHeading = 'Created now and shown only this once; keep it:';

const lastResetKey = 'access_reset_at';

/** Ids begin at 1. */
const noSession = 0;

/** Differs after each reset; `''` if there never was one. */
export async function readLastReset(db: Database): Promise<string> {
  return (await getSetting(db, lastResetKey)) ?? '';
}

/**
 * Lets someone who can read the database into the panel again: creates a new password, which takes
 * precedence over the environment's, switches the second factor off and ends every session. Returns the
 * password. A running monitor accepts it at the next login, and lifts the blocks of addresses when it
 * next reads its settings.
 */
export async function resetAccess(db: Database, nowS: number): Promise<MadeSecret> {
  const value = randomSecret('');
  const hash = await hashPassword(value);
  const audit = createAudit(systemActor, () => nowS);
  await inTransaction(db, async (tx) => {
    const settings = { [secretSettings.adminPassword.chosen]: hash, [lastResetKey]: String(nowS) };
    await setSettings(tx, settings, nowS);
    const changes = [{ field: 'admin_panel_password', old: '[secret]', new: '[secret]' }];
    await audit(tx, 'settings.changed', null, changes);
    await deleteOtherAdminSessions(tx, noSession);
    if (!(await getSecondFactor(tx))) return;
    await removeSecondFactor(tx);
    await audit(tx, 'second_factor.removed');
  });
  return { name: 'ADMIN_PANEL_PASSWORD', value };
}
