import { listTargets, openTarget } from '@api-monitor/db';
import type { ApiDeps } from '../../api-deps.ts';
import type { Audit } from '../../audit/record-action.ts';
import { readAlertSection } from '../alerts/write-alerts.ts';
import type { CodeExport, CodeExportOptions } from './code-shapes.ts';

/** All channels as files of code; without `values`, the values of their variables are empty. */
export async function exportCode(
  { db }: Pick<ApiDeps, 'db'>,
  audit: Audit,
  { values, ...how }: CodeExportOptions,
): Promise<CodeExport> {
  // Its writer of YAML is loaded at the first export.
  const { writeCode } = await import('./write-code.ts');
  const targets = await listTargets(db);
  const alerts = await readAlertSection(db, targets);
  const { files, variables } = await writeCode(targets, openTarget.bind(null, db), how, alerts);
  const changes = [{ field: 'keys', old: null, new: values }];
  await audit(db, 'channels.exported', null, changes);
  if (values) return { files, variables };
  const names = Object.keys(variables).map((name) => [name, '']);
  return { files, variables: Object.fromEntries(names) };
}
