import {
  type Database,
  deleteOtherAdminSessions,
  getSecondFactor,
  inTransaction,
  removeSecondFactor,
  setSettings,
} from '@api-monitor/db';
import { recordAction } from '../audit/record-action.ts';
import { type MadeSecret, randomSecret } from './first-start.ts';
import { hashPassword } from './hash-password.ts';
import { runtimeKeys } from './secrets-in-force.ts';

export const resetHeading = 'Made now and shown only now; keep it:';

const actor = { actor: 'system', session_id: null, address: '' } as const;
/** Ids begin at 1. */
const noSession = 0;

/**
 * For whoever can read the database and is locked out of the panel: makes a new password, which goes
 * before that of the environment, switches the second factor off and ends every session. Returns the
 * password. A monitor that runs takes it at the next login.
 */
export async function resetAccess(db: Database, nowS: number): Promise<MadeSecret> {
  const value = randomSecret('');
  const hash = await hashPassword(value);
  await inTransaction(db, async (tx) => {
    await setSettings(tx, { [runtimeKeys.adminPassword]: hash }, nowS);
    const changes = [{ field: 'admin_panel_password', old: '[secret]', new: '[secret]' }];
    await recordAction(tx, actor, { action: 'settings.changed', changes }, nowS);
    await deleteOtherAdminSessions(tx, noSession);
    if (!(await getSecondFactor(tx))) return;
    await removeSecondFactor(tx);
    await recordAction(tx, actor, { action: 'second_factor.removed' }, nowS);
  });
  return { name: 'ADMIN_PANEL_PASSWORD', value };
}
