// A thread of the program that reads an upload. It ends the program if it takes too long or its parent is
// gone, even while SQLite keeps the main thread busy. The parent does that itself unless it was killed.
import { workerData } from 'node:worker_threads';

export interface WatchData {
  parentPid: number;
  timeoutMs: number;
}

const { parentPid, timeoutMs } = workerData as WatchData;
// `process.exit` would end only this thread.
const end = () => process.kill(process.pid, 'SIGKILL');
setTimeout(end, timeoutMs);
setInterval(() => {
  if (process.ppid !== parentPid) end();
}, 250);
