import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const probeLogName = /^target_\d+_\d{8}_\d{6}\.jsonl$/;

interface CleanLogsInput {
  dir: string;
  maxBytes: number;
  /** Logs that were last written before this go, in Unix seconds. */
  keepFromS: number;
  /** Unix seconds. */
  nowS: number;
  /** Files that a run is writing: never deleted. */
  inUse: ReadonlySet<string>;
}

interface LogFile {
  name: string;
  bytes: number;
  changedAtS: number;
}

/** A file is empty for a moment between its making and its first line. */
const firstLineWithinS = 60;

/**
 * Deletes the probe logs that are empty or too old, then the oldest until the rest fits. Returns the
 * names of those deleted, oldest first.
 */
export async function cleanLogs(input: CleanLogsInput): Promise<string[]> {
  const files = await listProbeLogs(input.dir);
  let total = files.reduce((sum, file) => sum + file.bytes, 0);
  const deleted: string[] = [];
  for (const file of files.sort((a, b) => a.changedAtS - b.changedAtS)) {
    const isWorthless = isExpired(file, input) || isEmpty(file, input);
    if (input.inUse.has(file.name) || !(isWorthless || total > input.maxBytes)) continue;
    await unlink(join(input.dir, file.name)).catch(ignoreMissing);
    total -= file.bytes;
    deleted.push(file.name);
  }
  return deleted;
}

function isExpired({ changedAtS }: LogFile, { keepFromS }: CleanLogsInput): boolean {
  return changedAtS < keepFromS;
}

function isEmpty({ bytes, changedAtS }: LogFile, { nowS }: CleanLogsInput): boolean {
  return bytes === 0 && changedAtS < nowS - firstLineWithinS;
}

async function listProbeLogs(dir: string): Promise<LogFile[]> {
  const names = await readdir(dir).catch(ignoreMissing);
  const files: LogFile[] = [];
  for (const name of names ?? []) {
    const facts = probeLogName.test(name) && (await stat(join(dir, name)).catch(ignoreMissing));
    if (facts) files.push({ name, bytes: facts.size, changedAtS: facts.mtimeMs / 1000 });
  }
  return files;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
