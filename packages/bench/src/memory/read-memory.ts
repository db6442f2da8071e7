import { readFile } from 'node:fs/promises';

/** What a process holds, in MB (Linux). */
export interface ProcessMemory {
  residentMb: number;
  /** Like resident, but a page that n processes share counts as 1/n. */
  proportionalMb: number;
  /** Without files: Node's own code, libraries and SQLite's map of the database. */
  anonymousMb: number;
}

/** The memory of one process; rejects if it doesn't exist. */
export async function readMemory(pid: number): Promise<ProcessMemory> {
  // https://docs.kernel.org/filesystems/proc.html
  const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
  const megabytes = (name: string) =>
    (Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(rollup)?.[1]) * 1024) / 1e6;
  return {
    residentMb: megabytes('Rss'),
    proportionalMb: megabytes('Pss'),
    anonymousMb: megabytes('Anonymous'),
  };
}
