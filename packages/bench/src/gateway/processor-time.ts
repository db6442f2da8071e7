import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';

/** The kernel counts in hundredths of a second for programs, whatever its own tick is. */
const ticksPerS = 100;
const lookPeriodMs = 250;
/** A process that uses less than this of a period has nothing left to do. */
const quietS = 0.03;
const settleTimeoutMs = 20_000;

/** The processor time, in seconds, that a process and those that it started have used so far (Linux). */
export async function processorTimeOf(pid: number): Promise<number> {
  const own = await ticksOf(pid);
  const children = await childrenOf(pid);
  const times = await Promise.all(children.map(processorTimeOf));
  return times.reduce((sum, time) => sum + time, own / ticksPerS);
}

/** Waits until a process has done what is left to do: records are written after their requests. */
export async function untilQuiet(pid: number): Promise<void> {
  const deadline = performance.now() + settleTimeoutMs;
  for (let before = await processorTimeOf(pid); performance.now() < deadline; ) {
    await pause(lookPeriodMs);
    const now = await processorTimeOf(pid);
    if (now - before < quietS) return;
    before = now;
  }
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html: the fields 14 and 15. */
async function ticksOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The second field, a name in brackets, may contain spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function childrenOf(pid: number): Promise<number[]> {
  const tasks = await readdir(`/proc/${pid}/task`);
  const files = tasks.map((task) => readFile(`/proc/${pid}/task/${task}/children`, 'utf8'));
  const texts = await Promise.all(files);
  return texts.flatMap((text) => text.split(' ').filter(Boolean).map(Number));
}
