import { AppError } from '@api-monitor/core';
import { getTarget, inTransaction, listTargets } from '@api-monitor/db';
import {
  type Changer,
  deleteManaged,
  publishWritten,
  writeChange,
} from '../../targets/change-targets.ts';
import { applyAlerts } from '../alerts/apply-alerts.ts';
import { applyImport } from '../apply-import.ts';
import type { CodeInput, CodeReport } from './code-shapes.ts';
import { type CodeDeps, planAlertsOfCode, planCode } from './plan-code.ts';
import { reportOf } from './report-code.ts';

/**
 * Makes the channels as the files say and marks them as managed by these; with `prune`, deletes those that were
 * set from the same source and are no longer in it. If any channel is refused, nothing is written. Throws
 * AppError as `planCode` and `applyImport`.
 */
export async function applyCode(
  deps: CodeDeps,
  by: Changer,
  input: CodeInput,
  { prune, signal }: { prune: boolean; signal?: AbortSignal },
): Promise<CodeReport> {
  const plan = await planCode(deps, by, input, signal);
  const planned = await applyImport(deps, by, plan.entries);
  if (prune) {
    for (const { id, managed_by } of plan.left) {
      const target = await getTarget(deps.db, id);
      // Released meanwhile, it belongs to people.
      if (target && target.managed_by === managed_by) await deleteManaged(deps, by, target);
    }
  }
  // Their channels have ids now.
  const alerts = await planAlertsOfCode(deps.db, input, { sections: plan.sections, channels: [] });
  await applyAlerts(deps, by.audit, alerts, { prune });
  return reportOf(plan, prune, planned);
}

/**
 * Leaves channels as they are, but to people. `names` null: all that code manages. Returns the names of those
 * that it managed until now. Throws AppError `invalid_input` for a name that isn't one of them.
 */
export async function releaseChannels(
  deps: Pick<CodeDeps, 'db' | 'bus' | 'now' | 'givenSettings'>,
  by: Changer,
  names: readonly string[] | null,
): Promise<string[]> {
  const managed = (await listTargets(deps.db)).filter(({ managed_by }) => managed_by !== null);
  const unknown = names?.find((name) => !managed.some((target) => target.name === name));
  if (unknown !== undefined) {
    const message = `names: code manages no channel "${unknown}"`;
    throw new AppError('invalid_input', message, { fields: { names: { code: 'does_not_exist' } } });
  }
  const released = managed.filter(({ name }) => names === null || names.includes(name));
  for (const target of released) {
    const written = await inTransaction(deps.db, (db) =>
      writeChange({ ...deps, db }, by, target, { managed_by: null }),
    );
    await publishWritten(deps, [written]);
  }
  return released.map(({ name }) => name);
}
