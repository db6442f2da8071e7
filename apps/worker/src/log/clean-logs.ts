import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';

const probeLogName = /^target_\d+_\d{8}_\d{6}\.jsonl$/;

interface CleanLogsInput {
  dir: string;
  maxBytes: number;
  /** Files that a run is writing: never deleted. */
  inUse: ReadonlySet<string>;
}

interface LogFile {
  name: string;
  bytes: number;
  changedAtMs: number;
}

/** Deletes the oldest probe logs until the rest fits. Returns the names of those deleted. */
export async function cleanLogs({ dir, maxBytes, inUse }: CleanLogsInput): Promise<string[]> {
  const files = await listProbeLogs(dir);
  let total = files.reduce((sum, file) => sum + file.bytes, 0);
  const deleted: string[] = [];
  for (const file of files.sort((a, b) => a.changedAtMs - b.changedAtMs)) {
    if (total <= maxBytes) break;
    if (inUse.has(file.name)) continue;
    await unlink(join(dir, file.name)).catch(ignoreMissing);
    total -= file.bytes;
    deleted.push(file.name);
  }
  return deleted;
}

async function listProbeLogs(dir: string): Promise<LogFile[]> {
  const names = await readdir(dir).catch(ignoreMissing);
  const files: LogFile[] = [];
  for (const name of names ?? []) {
    const facts = probeLogName.test(name) && (await stat(join(dir, name)).catch(ignoreMissing));
    if (facts) files.push({ name, bytes: facts.size, changedAtMs: facts.mtimeMs });
  }
  return files;
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
