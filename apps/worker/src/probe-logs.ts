import { appendFile, mkdir, readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProbeResult } from '@api-monitor/core';
import type { Logger } from '@api-monitor/runtime';

const logName = /^target_\d+_\d{8}_\d{6}\.jsonl$/;

/** `target_<id>_<YYYYMMDD_HHMMSS>.jsonl`, in UTC. */
export function logFileName(targetId: number, nowS: number): string {
  const [date = '', time = ''] = new Date(nowS * 1000).toISOString().split(/[T.]/);
  return `target_${targetId}_${date.replaceAll('-', '')}_${time.replaceAll(':', '')}.jsonl`;
}

/**
 * A run's JSONL file: a line per probe, written when the probe ends. The file and its folder are created
 * with the first line. If the disk refuses, that is logged once and the run continues without the file.
 */
export function openProbeLog(
  { dir, file }: { dir: string; file: string },
  head: { target_id: number; run_id: number; target_name: string },
  logger: Logger,
) {
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
    write(probe: ProbeResult): void {
      const line = `${JSON.stringify({ ...head, ...probe })}\n`;
      work = work.then(() => append(line));
    },
    /** Resolves when every line is written, to whether there is any. Never rejects. */
    async close(): Promise<boolean> {
      await work;
      return hasLines;
    },
  };
}

interface CleanLogsInput {
  dir: string;
  maxBytes: number;
  /** Logs that were last written before this are deleted, in Unix seconds. */
  keepFromS: number;
  /** Unix seconds. */
  nowS: number;
  /** Files that a run is writing: never deleted. */
  inUse: ReadonlySet<string>;
}

/** A file is empty for a moment, until its first line is written. */
const firstLineWithinS = 60;

/**
 * Deletes the logs that are empty or too old, then the oldest until the rest fits. Returns the names of
 * the deleted ones, oldest first.
 */
export async function cleanLogs(input: CleanLogsInput): Promise<string[]> {
  const { dir, maxBytes, keepFromS, nowS, inUse } = input;
  const files = await listLogs(dir);
  let total = files.reduce((sum, file) => sum + file.bytes, 0);
  const deleted: string[] = [];
  for (const { name, bytes, changedAtS } of files.sort((a, b) => a.changedAtS - b.changedAtS)) {
    const isExpired = changedAtS < keepFromS;
    const isEmpty = bytes === 0 && changedAtS < nowS - firstLineWithinS;
    if (inUse.has(name) || !(isExpired || isEmpty || total > maxBytes)) continue;
    await unlink(join(dir, name)).catch(ignoreMissing);
    total -= bytes;
    deleted.push(name);
  }
  return deleted;
}

async function listLogs(dir: string) {
  const files: { name: string; bytes: number; changedAtS: number }[] = [];
  for (const name of (await readdir(dir).catch(ignoreMissing)) ?? []) {
    const facts = logName.test(name) && (await stat(join(dir, name)).catch(ignoreMissing));
    if (facts) files.push({ name, bytes: facts.size, changedAtS: facts.mtimeMs / 1000 });
  }
  return files;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
