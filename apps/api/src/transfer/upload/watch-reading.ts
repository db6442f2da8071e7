// A thread of the program that reads an upload. It ends the program if it takes too long or its parent is
// gone, even while SQLite keeps the main thread busy. The parent does that itself unless it was killed.
// Arguments: the pid of the parent, and the milliseconds.
const [parentPid, timeoutMs] = process.argv.slice(2).map(Number);
// `process.exit` would end only this thread.
const end = () => process.kill(process.pid, 'SIGKILL');
setTimeout(end, timeoutMs);
setInterval(() => {
  if (process.ppid !== parentPid) end();
}, 250);
