// A thread of the program that reads an upload: ends it if it takes too long or its parent is gone, also
// while SQLite keeps its main thread busy. The parent does so itself unless it was killed or stopped.
import { workerData } from 'node:worker_threads';

export interface WatchData {
  parentPid: number;
  timeoutMs: number;
}

const { parentPid, timeoutMs } = workerData as WatchData;
// `process.exit` would end this thread alone.
const end = () => process.kill(process.pid, 'SIGKILL');
setTimeout(end, timeoutMs);
setInterval(() => {
  if (process.ppid !== parentPid) end();
}, 250);
