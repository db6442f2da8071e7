import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One core for the contender that is measured, one for the rest: provider, clients and this process. */
export interface Cores {
  contender: number;
  load: number;
}

// https://man7.org/linux/man-pages/man1/taskset.1.html
const taskset = 'taskset';

/** Takes the first two cores that this process may use (Linux); throws if it has only one. */
export function pickCores(): Cores {
  // https://docs.kernel.org/filesystems/proc.html: ranges between commas, as in "0-3,8".
  const status = readFileSync('/proc/self/status', 'utf8');
  const ranges = /^Cpus_allowed_list:\s+(\S+)$/m.exec(status)?.[1] ?? '0';
  const [contender, load] = ranges.split(',').flatMap((range) => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, n) => first + n);
  });
  if (contender === undefined || load === undefined) {
    throw new Error('two cores are needed: one for the gateway, one for the load');
  }
  return { contender, load };
}

/** Moves this process and its threads to a core; programs that it starts later run there too. */
export function pinThisProcess(core: number): void {
  execFileSync(taskset, ['-a', '-c', '-p', String(core), String(process.pid)], {
    stdio: 'ignore',
  });
}

/**
 * Moves only a process's first thread to a core: the product's api and worker, to which the gateway
 * hands its records.
 */
export function moveFirstThread(pid: number, core: number): void {
  execFileSync(taskset, ['-c', '-p', String(core), String(pid)], { stdio: 'ignore' });
}

/** The command that runs a program on one core, or on any if no core is given. */
export function onCore(core: number | undefined, command: string, args: readonly string[]) {
  if (core === undefined) return { command, args };
  return { command: taskset, args: ['-c', String(core), command, ...args] };
}
