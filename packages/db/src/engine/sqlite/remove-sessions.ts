import { setImmediate as nextTurn } from 'node:timers/promises';
import Sqlite from 'better-sqlite3';

/** Pages of a copy that are read or written before the event loop runs again: 4 MB. */
export const pagesPerTurn = 1000;

/**
 * Deletes all admin sessions, and every trace of them, from a copy of the database that nobody else has
 * open: a restore must not bring back a session that was ended after the copy was made. After a failure
 * the copy is unusable. Rejects if `signal` aborts.
 */
export async function removeSessions(path: string, signal: AbortSignal): Promise<void> {
  const copy = new Sqlite(path);
  try {
    copy.pragma('journal_mode = off');
    copy.pragma('synchronous = off');
    copy.pragma('secure_delete = on');
    copy.exec('delete from admin_sessions');
    await giveBackFreePages(copy, signal);
    await eraseFreePages(copy, signal);
  } finally {
    copy.close();
  }
}

/** Cuts the free pages off, if the file can do that in steps. */
async function giveBackFreePages(copy: Sqlite.Database, signal: AbortSignal): Promise<void> {
  const countFree = () => Number(copy.pragma('freelist_count', { simple: true }));
  let free = countFree();
  for (let before = free + 1; free > 0 && free < before; free = countFree()) {
    signal.throwIfAborted();
    before = free;
    copy.exec(`pragma incremental_vacuum(${pagesPerTurn})`);
    await nextTurn();
  }
}

/** Fills every free page with rows of zeros and deletes them: a `vacuum` would block the event loop. */
async function eraseFreePages(copy: Sqlite.Database, signal: AbortSignal): Promise<void> {
  // Each page of a long value begins with the number of the next (https://www.sqlite.org/fileformat2.html).
  const room = Number(copy.pragma('page_size', { simple: true })) - 4;
  const countFree = () => Number(copy.pragma('freelist_count', { simple: true }));
  copy.exec('create table zeros (id integer primary key, value blob)');
  const insert = copy.prepare('insert into zeros (value) values (zeroblob(?))');
  let rows = 0;
  for (let free = countFree(); free > 0; free = countFree()) {
    signal.throwIfAborted();
    insert.run(Math.min(free, pagesPerTurn) * room);
    rows += 1;
    await nextTurn();
  }
  const remove = copy.prepare('delete from zeros where id = ?');
  for (let id = 1; id <= rows; id += 1) {
    signal.throwIfAborted();
    remove.run(id);
    await nextTurn();
  }
  copy.exec('drop table zeros');
}
