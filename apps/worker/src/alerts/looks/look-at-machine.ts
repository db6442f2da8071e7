import { statfs } from 'node:fs/promises';
import { type AlertRules, type Look, lookAtDisk, type Subject } from '@api-monitor/core';

/** Whether the processes can reach each other. */
export function lookAtBus(fault: string | null): Look {
  const why = fault === null ? null : { kind: null, message: fault };
  const subject: Subject = { kind: 'service', target_id: null, model: null, name: 'Redis' };
  return { subject, judge: () => ({ is_bad: fault !== null, why }) };
}

/** Whether the disk of a folder is nearly full; as before if it can't be asked, such as a missing folder. */
export async function lookAtFolder(folder: string, rules: AlertRules): Promise<Look> {
  const space = await statfs(folder).catch(() => null);
  const { bavail = 0, blocks = 0, bsize = 0 } = space ?? {};
  const look = lookAtDisk({ freeBytes: bavail * bsize, totalBytes: blocks * bsize }, rules);
  return space ? look : { ...look, judge: () => null };
}
