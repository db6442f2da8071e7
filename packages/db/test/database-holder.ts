import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

const program = `
  const { createInterface } = await import('node:readline');
  const { openDatabase, createTarget } = await import(process.argv[1]);
  const { targetInput } = await import(process.argv[2]);
  const open = () => openDatabase({ dataDir: process.argv[3], now: () => 1000 });
  // Twice, like the monitor, whose gateway thread has another connection.
  const [db] = [await open(), await open()];
  console.log('open');
  for await (const name of createInterface({ input: process.stdin })) {
    await createTarget(db, targetInput({ name }), 1000);
    console.log(name);
  }
`;

/** A process that has the database of a folder open, as the monitor does. */
export interface DatabaseHolder {
  pid: number;
  /** Resolves once the process has committed a channel of that name. */
  addChannel(name: string): Promise<void>;
  /** Kills it with SIGKILL. */
  kill(): Promise<void>;
}

export async function holdDatabase(dataDir: string): Promise<DatabaseHolder> {
  const urls = ['../src/index.ts', './samples.ts'].map((path) => new URL(path, import.meta.url));
  const args = ['--input-type=module-typescript', '-e', program, ...urls.map(String), dataDir];
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout ?? process.stdin })[Symbol.asyncIterator]();
  const next = async (expected: string) => {
    const { value } = await lines.next();
    if (value !== expected) throw new Error(`the holder wrote ${value}, not ${expected}`);
  };
  await next('open');
  return {
    pid: child.pid ?? Number.NaN,
    async addChannel(name) {
      child.stdin?.write(`${name}\n`);
      await next(name);
    },
    async kill() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
