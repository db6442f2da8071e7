import type { AlertRules, Look } from '@api-monitor/core';
import { type Database, listCertificates } from '@api-monitor/db';

/** Whether certificates of channels end soon, as far as they have been read. */
export async function lookAtCertificates(
  db: Database,
  { certificate_days }: Pick<AlertRules, 'certificate_days'>,
  nowS: number,
): Promise<Look[]> {
  if (certificate_days === 0) return [];
  const ending = await listCertificates(db, { before: nowS + certificate_days * 86_400 });
  return ending.map(({ target_id, ends_at: expires_at }) => ({
    subject: { kind: 'certificate', target_id, model: null, name: null },
    judge: () => ({ is_bad: true, figures: { expires_at } }),
  }));
}
