import type { AlertRules } from '../alert-rules.ts';
import type { Look } from '../findings/look.ts';

interface DiskSpace {
  /** What this process may still use. */
  freeBytes: number;
  totalBytes: number;
}

const giB = 1024 ** 3;
/** A large disk has room for long, whatever its share. */
const plentyBytes = 50 * giB;
const criticalBytes = 5 * giB;
const direBytes = giB / 4;
/** Critical is below this part of the share at which it is nearly full. */
const criticalPart = 0.3;
/** It is well only above this multiple of the bounds, so that it doesn't come and go. */
const clearlyAbove = 1.2;

/** Whether the disk of the data folder is nearly full, and how bad that is. */
export function lookAtDisk(
  { freeBytes, totalBytes }: DiskSpace,
  { disk_free_percent }: Pick<AlertRules, 'disk_free_percent'>,
): Look {
  const free_share = totalBytes > 0 ? freeBytes / totalBytes : 1;
  const from = disk_free_percent / 100;
  const isCritical =
    freeBytes < direBytes || (free_share < from * criticalPart && freeBytes < criticalBytes);
  return {
    subject: { kind: 'disk', target_id: null, model: null, name: null },
    judge(wasBad) {
      const margin = wasBad ? clearlyAbove : 1;
      const isLow = free_share < from * margin && freeBytes < plentyBytes * margin;
      if (from === 0 || !(isLow || isCritical)) return { is_bad: false };
      const free_gb = Math.round((freeBytes / giB) * 10) / 10;
      const severity = isCritical ? 'critical' : 'warning';
      return { is_bad: true, severity, figures: { free_share, free_gb } };
    },
  };
}
