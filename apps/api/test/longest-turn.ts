import { slowness } from '@api-monitor/core/test/pace';

/**
 * What `work` returns, and the longest time that it blocked this thread, in milliseconds of the thread's
 * CPU time on a machine of the usual speed.
 */
export async function longestTurn<T>(
  work: () => Promise<T>,
): Promise<{ result: T; turnMs: number }> {
  let turnMs = 0;
  let last = process.threadCpuUsage();
  const look = () => {
    const { user, system } = process.threadCpuUsage(last);
    last = process.threadCpuUsage();
    turnMs = Math.max(turnMs, (user + system) / 1000);
  };
  const timer = setInterval(look, 1);
  try {
    const result = await work();
    look();
    return { result, turnMs: turnMs / slowness() };
  } finally {
    clearInterval(timer);
  }
}
