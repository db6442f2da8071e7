import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeResult } from '@api-monitor/core';
import type { Logger } from '@api-monitor/runtime';

/** A run's JSONL file: one line a probe, written as the probe ends. */
export interface ProbeLog {
  write(probe: ProbeResult): void;
  /** Resolves when every line is on its way to the disk. Never rejects. */
  close(): Promise<void>;
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

/** Opens the file; where the disk refuses, that is logged once and the run goes on without. */
export async function openProbeLog(
  path: { dir: string; file: string },
  head: LogHead,
  logger: Logger,
): Promise<ProbeLog> {
  await mkdir(path.dir, { recursive: true });
  const stream = createWriteStream(join(path.dir, path.file), { flags: 'a' });
  stream.on('error', (err) => logger.error({ err, file: path.file }, 'probe log not written'));
  const closed = once(stream, 'close').catch(() => {});
  return {
    write(probe) {
      if (!stream.destroyed) stream.write(`${JSON.stringify({ ...head, ...probe })}\n`);
    },
    async close() {
      stream.end();
      await closed;
    },
  };
}
