import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeResult } from '@api-monitor/core';
import type { Logger } from '@api-monitor/runtime';

/** A run's JSONL file: one line a probe, written as the probe ends. */
export interface ProbeLog {
  write(probe: ProbeResult): void;
  /** Resolves when every line is written, to whether there is any. Never rejects. */
  close(): Promise<boolean>;
}

interface LogHead {
  target_id: number;
  run_id: number;
  target_name: string;
}

/** `target_<id>_<YYYYMMDD_HHMMSS>.jsonl`, in UTC. */
export function logFileName(targetId: number, nowS: number): string {
  const [date = '', time = ''] = new Date(nowS * 1000).toISOString().split(/[T.]/);
  return `target_${targetId}_${date.replaceAll('-', '')}_${time.replaceAll(':', '')}.jsonl`;
}

/**
 * A log whose file and folder are made with its first line: a run that probes nothing leaves none.
 * Where the disk refuses, that is logged once and the run goes on without.
 */
export function openProbeLog(
  { dir, file }: { dir: string; file: string },
  head: LogHead,
  logger: Logger,
): ProbeLog {
  let hasLines = false;
  let isBroken = false;
  let work = Promise.resolve();
  const append = async (line: string) => {
    if (isBroken) return;
    try {
      if (!hasLines) await mkdir(dir, { recursive: true });
      await appendFile(join(dir, file), line);
      hasLines = true;
    } catch (err) {
      isBroken = true;
      logger.error({ err, file }, 'probe log not written');
    }
  };
  return {
    write(probe) {
      const line = `${JSON.stringify({ ...head, ...probe })}\n`;
      work = work.then(() => append(line));
    },
    async close() {
      await work;
      return hasLines;
    },
  };
}
